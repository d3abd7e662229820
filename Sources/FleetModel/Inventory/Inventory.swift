/// The registry at one moment: every node and group. A value; changing it changes nothing on disk.
package struct Inventory: Hashable, Sendable {
    package private(set) var nodes: [NodeName: Node]
    package private(set) var groups: [GroupName: Group]
    /// Variables of `all`.
    package var variables: [String: JSONValue]

    package init(nodes: [Node] = [], groups: [Group] = [], variables: [String: JSONValue] = [:]) {
        var byName = [NodeName: Node](minimumCapacity: nodes.count)
        for node in nodes { byName[node.name] = node }
        self.nodes = byName
        self.groups = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.variables = variables
    }

    /// Takes nodes that stand under their own names already.
    package init(nodes: [NodeName: Node], groups: [Group], variables: [String: JSONValue]) {
        self.init(groups: groups, variables: variables)
        self.nodes = nodes
    }

    /// Adds a node or takes the place of the one with its name.
    package mutating func put(_ node: Node) { nodes[node.name] = node }

    /// Adds a group or takes the place of the one with its name.
    package mutating func put(_ group: Group) { groups[group.name] = group }

    package mutating func remove(_ node: NodeName) { nodes[node] = nil }

    package mutating func remove(_ group: GroupName) { groups[group] = nil }

    /// The groups that hold each group directly.
    package var parents: [GroupName: Set<GroupName>] {
        var parents: [GroupName: Set<GroupName>] = [:]
        for group in groups.values {
            for child in group.children { parents[child, default: []].insert(group.name) }
        }
        return parents
    }

    /// Every group that a node is in: its own and all that hold those.
    package func groups(of node: Node) -> Set<GroupName> { Self.groups(of: node, parents: parents) }

    /// The same for many nodes, with the `parents` of their inventory.
    package static func groups(of node: Node, parents: [GroupName: Set<GroupName>]) -> Set<GroupName> {
        guard !parents.isEmpty else { return node.groups }
        var found = node.groups
        var frontier = Array(found)
        while let group = frontier.popLast() {
            for parent in parents[group] ?? [] where found.insert(parent).inserted { frontier.append(parent) }
        }
        return found
    }

    /// The group itself and every group inside it, to any depth.
    package func descendants(of group: GroupName) -> Set<GroupName> {
        var found: Set<GroupName> = [group]
        var frontier = [group]
        while let next = frontier.popLast() {
            for child in groups[next]?.children ?? [] where found.insert(child).inserted { frontier.append(child) }
        }
        return found
    }

    /// The nodes of a group and of all groups inside it.
    package func members(of group: GroupName) -> Set<NodeName> {
        let inside = descendants(of: group)
        return Set(nodes.values.lazy.filter { !$0.groups.isDisjoint(with: inside) }.map(\.name))
    }
}
