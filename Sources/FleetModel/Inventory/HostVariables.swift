/// The inventory variables that a node has in the end, by Ansible's precedence: `all`, then its groups from the outermost
/// to the innermost (same depth: by `ansible_group_priority`, then by name), then its own.
///
/// Nodes that are in the same groups share one merged set, so ten thousand nodes cost little more than their own variables;
/// a class, because that memory is shared by everybody who asks.
package final class HostVariables {
    /// The group variable that orders groups of the same depth; never a variable of a node.
    package static let priorityKey = "ansible_group_priority"
    /// The group that holds every node without groups.
    package static let ungrouped = "ungrouped"

    private let inventory: Inventory
    private let parents: [GroupName: Set<GroupName>]
    private let ranks: [GroupName: Rank]
    private let ungroupedName: GroupName?
    private var merged: [Set<GroupName>: [String: JSONValue]] = [:]

    private struct Rank: Comparable {
        var depth: Int
        var priority: Int64
        var name: GroupName

        static func < (left: Rank, right: Rank) -> Bool {
            (left.depth, left.priority, left.name) < (right.depth, right.priority, right.name)
        }
    }

    package init(_ inventory: Inventory) {
        self.inventory = inventory
        self.parents = inventory.parents
        self.ungroupedName = inventory.groups.keys.first { $0.text == Self.ungrouped }
        let depths = Self.depths(inventory, parents)
        var ranks: [GroupName: Rank] = [:]
        for group in inventory.groups.values {
            let priority = group.variables[Self.priorityKey].flatMap(Self.whole) ?? 1
            ranks[group.name] = Rank(depth: depths[group.name] ?? 1, priority: priority, name: group.name)
        }
        self.ranks = ranks
    }

    /// Everything that a node has; its own variables win.
    package func variables(of node: Node) -> [String: JSONValue] {
        inherited(by: node).merging(node.variables) { $1 }
    }

    /// One variable of a node.
    package func value(_ key: String, of node: Node) -> JSONValue? {
        node.variables[key] ?? inherited(by: node)[key]
    }

    /// What `all` and the groups of a node give it.
    package func inherited(by node: Node) -> [String: JSONValue] {
        if let known = merged[node.groups] { return known }
        var variables = inventory.variables
        for group in groups(of: node) {
            variables.merge(inventory.groups[group]?.variables ?? [:]) { $1 }
        }
        variables[Self.priorityKey] = nil
        merged[node.groups] = variables
        return variables
    }

    /// The groups of a node, direct and inherited, in the order in which their variables are laid over each other.
    package func groups(of node: Node) -> [GroupName] {
        var found = node.groups
        if found.isEmpty, let ungroupedName { found = [ungroupedName] }
        var frontier = Array(found)
        while let group = frontier.popLast() {
            for parent in parents[group] ?? [] where found.insert(parent).inserted { frontier.append(parent) }
        }
        return found.compactMap { ranks[$0] }.sorted().map(\.name)
    }

    private static func whole(_ value: JSONValue) -> Int64? {
        switch value {
        case .int(let number): number
        case .bool(let flag): flag ? 1 : 0
        case .string(let text): Int64(text)
        case .double(let number): Int64(exactly: number.rounded(.towardZero))
        case .null, .array, .object: nil
        }
    }

    /// The longest way down from `all`, which has depth 0; groups in a circle, which our own store never gives, get 1.
    private static func depths(_ inventory: Inventory, _ parents: [GroupName: Set<GroupName>]) -> [GroupName: Int] {
        var waiting = inventory.groups.mapValues { parents[$0.name]?.count ?? 0 }
        var depths: [GroupName: Int] = [:]
        var ready = waiting.filter { $0.value == 0 }.map(\.key)
        while let group = ready.popLast() {
            let depth = depths[group] ?? 1
            depths[group] = depth
            for child in inventory.groups[group]?.children ?? [] {
                depths[child] = max(depths[child] ?? 1, depth + 1)
                waiting[child, default: 0] -= 1
                if waiting[child] == 0 { ready.append(child) }
            }
        }
        return depths
    }
}
