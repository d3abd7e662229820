package import FleetModel

/// What an import would change in the registry. A pure value: shown first, applied by `InventoryStore` afterwards.
///
/// What a file does not name stays: pinned keys, status, fields set by hand, groups that only the registry knows.
/// Applied once, the same import makes no further difference.
package struct InventoryDifference: Hashable, Sendable {
    /// In the order of their names, as everything here.
    package private(set) var added: [Node] = []
    package private(set) var changed: [NodeDifference] = []
    /// Only with `prune`.
    package private(set) var removed: [NodeName] = []
    package private(set) var addedGroups: [Group] = []
    package private(set) var changedGroups: [GroupDifference] = []
    /// Only with `prune`, and only for files that can say everything about groups.
    package private(set) var removedGroups: [GroupName] = []
    /// Variables of `all`.
    package private(set) var changedVariables: [FieldDifference] = []
    /// Nodes that `prune` would remove, were they not the jump hosts of nodes that stay.
    package private(set) var keptAsJumpHosts: [NodeName] = []
    let current: Inventory
    let variables: [String: JSONValue]

    /// With `prune`, nodes, groups, labels and variables that the file does not name go.
    package init(importing imported: InventoryImport, into current: Inventory, prune: Bool = false) {
        self.current = current
        let merging = InventoryMerging(imported: imported, current: current, prune: prune)
        variables = merging.variables
        changedVariables = FieldDifference.between(current.variables, variables, prefix: "variables.")
        for group in merging.groups.sorted(by: { $0.name < $1.name }) { take(group) }
        for node in merging.nodes.sorted(by: { $0.name < $1.name }) { take(node) }
        if prune { removeUnnamed(imported) }
    }

    /// True when the registry already is as the file says.
    package var isEmpty: Bool {
        added.isEmpty && changed.isEmpty && removed.isEmpty && addedGroups.isEmpty && changedGroups.isEmpty
            && removedGroups.isEmpty && changedVariables.isEmpty
    }

    private mutating func take(_ node: Node) {
        guard let old = current.nodes[node.name] else { return added.append(node) }
        let fields = FieldDifference.between(old, node)
        if !fields.isEmpty { changed.append(NodeDifference(old: old, new: node, fields: fields)) }
    }

    private mutating func take(_ group: Group) {
        guard let old = current.groups[group.name] else { return addedGroups.append(group) }
        let fields = FieldDifference.between(old, group)
        if !fields.isEmpty { changedGroups.append(GroupDifference(old: old, new: group, fields: fields)) }
    }

    private mutating func removeUnnamed(_ imported: InventoryImport) {
        let named = Set(imported.nodes.map(\.node.name))
        var staying = added + changed.map(\.new)
        let rewritten = Set(changed.map(\.new.name))
        staying += current.nodes.values.filter { named.contains($0.name) && !rewritten.contains($0.name) }
        let jumps = InventoryOrder.jumpHosts(of: staying, in: current)
        for name in current.nodes.keys.sorted() where !named.contains(name) {
            if jumps.contains(name) { keptAsJumpHosts.append(name) } else { removed.append(name) }
        }
        guard imported.groupScope == .full else { return }
        let groups = Set(imported.groups.map(\.name))
        removedGroups = current.groups.keys.filter { !groups.contains($0) }.sorted()
    }
}

/// One node that changes.
package struct NodeDifference: Hashable, Sendable {
    package let old: Node
    package let new: Node
    /// Never empty.
    package let fields: [FieldDifference]
}

/// One group that changes.
package struct GroupDifference: Hashable, Sendable {
    package let old: Group
    package let new: Group
    /// Never empty.
    package let fields: [FieldDifference]
}

/// One field, as an operator reads it.
package struct FieldDifference: Hashable, Sendable {
    /// `host`, `label.site`, `variables.ntp_servers`, ….
    package let field: String
    /// Nil: not there before.
    package let old: String?
    /// Nil: not there any more.
    package let new: String?
}
