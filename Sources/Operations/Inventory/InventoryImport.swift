package import FleetModel

/// What files say about a fleet: checked values, before anything is compared with the registry.
package struct InventoryImport: Sendable {
    /// In the order of the files; names are unique.
    package var nodes: [ImportedNode]
    package var groups: [Group]
    /// Variables of `all`.
    package var variables: [String: JSONValue]
    package var warnings: [InventoryMistake]
    package var groupScope: GroupScope

    package init(
        nodes: [ImportedNode] = [],
        groups: [Group] = [],
        variables: [String: JSONValue] = [:],
        warnings: [InventoryMistake] = [],
        groupScope: GroupScope = .full
    ) {
        self.nodes = nodes
        self.groups = groups
        self.variables = variables
        self.warnings = warnings
        self.groupScope = groupScope
    }

    /// How much a format can say about groups.
    package enum GroupScope: Hashable, Sendable {
        /// Nothing (ssh_config, a CSV without `groups`): groups are never touched.
        case none
        /// Who is in which group; nesting and variables stay as they are.
        case membership
        /// Members, nesting and variables.
        case full
    }

    /// The import as a registry of its own.
    package var inventory: Inventory {
        Inventory(nodes: nodes.map(\.node), groups: groups, variables: variables)
    }
}

/// One node as a file describes it.
package struct ImportedNode: Sendable {
    package var node: Node
    /// What the file itself says; every other field of `node` is a default that must not overwrite the registry.
    package var named: Set<NodeField>
    package var at: SourcePosition

    package init(_ node: Node, named: Set<NodeField>, at: SourcePosition) {
        self.node = node
        self.named = named
        self.at = at
    }
}

/// The fields of a node that a file can name; `rawValue` is the word that operators see.
package enum NodeField: String, Hashable, Sendable, CaseIterable {
    case host
    case port
    case user
    case jump
    case groups
    case labels
    case variables
    case location
    case description
    case profile
    case identityFile = "identity_file"
}

/// Where something stands in a file.
package struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1; 0 where a format is known by line only.
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`.
    package var description: String { column > 0 ? "\(file):\(line):\(column)" : "\(file):\(line)" }
}
