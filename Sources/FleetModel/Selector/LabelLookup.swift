/// Finds the value of one key for many nodes: label, node variable, inherited group variable, variable of `all`, fact,
/// and last the node's own field (`host`, `user`, `port`, `profile`, `location`, `jump`, `transport`).
struct LabelLookup {
    private let key: String
    private let label: LabelKey?
    private let facts: SelectorFacts
    private let inherited: [GroupName: Inherited]
    private let ofAll: String?

    init(key: String, inventory: Inventory, facts: SelectorFacts) {
        self.key = key
        self.label = try? LabelKey(key)
        self.facts = facts
        self.inherited = Self.inherited(key, inventory)
        self.ofAll = inventory.variables[key]?.scalarText
    }

    func value(for node: Node) -> String? {
        if let label, let text = node.labels[label]?.text { return text }
        if let text = node.variables[key]?.scalarText { return text }
        if !inherited.isEmpty, let best = node.groups.lazy.compactMap({ inherited[$0] }).max() { return best.value }
        return ofAll ?? facts.fact(node.name, key) ?? field(of: node)
    }

    private func field(of node: Node) -> String? {
        switch key {
        case "name": node.name.text
        case "host": node.host.text
        case "user": node.user.text
        case "port": String(node.port.number)
        case "jump": node.jump?.text
        case "profile": node.profile?.rawValue
        case "location": node.location?.text
        case "transport": node.transport.rawValue
        default: nil
        }
    }

    /// A group's value and its rank in Ansible's order: deeper groups win, then `ansible_group_priority`, then later names.
    private struct Inherited: Comparable {
        var depth: Int
        var priority: Int64
        var group: GroupName
        var value: String

        static func < (left: Inherited, right: Inherited) -> Bool {
            (left.depth, left.priority, left.group) < (right.depth, right.priority, right.group)
        }
    }

    /// For each group the winning value among itself and all groups above it.
    private static func inherited(_ key: String, _ inventory: Inventory) -> [GroupName: Inherited] {
        guard inventory.groups.values.contains(where: { $0.variables[key]?.scalarText != nil }) else { return [:] }
        let parents = inventory.parents
        let depths = depths(inventory, parents)
        var best: [GroupName: Inherited] = [:]
        // From the top down, so that the groups above are settled before those below.
        for name in depths.keys.sorted(by: { (depths[$0] ?? 0, $0) < (depths[$1] ?? 0, $1) }) {
            let group = inventory.groups[name]
            var candidates = (parents[name] ?? []).compactMap { best[$0] }
            if let value = group?.variables[key]?.scalarText {
                candidates.append(
                    Inherited(depth: depths[name] ?? 0, priority: priority(group), group: name, value: value)
                )
            }
            best[name] = candidates.max()
        }
        return best
    }

    private static func priority(_ group: Group?) -> Int64 {
        if case .int(let number)? = group?.variables["ansible_group_priority"] { number } else { 1 }
    }

    /// The longest way down to each group; every group is visited once all above it are.
    private static func depths(_ inventory: Inventory, _ parents: [GroupName: Set<GroupName>]) -> [GroupName: Int] {
        var depths: [GroupName: Int] = [:]
        var waiting = parents.mapValues(\.count)
        var ready = inventory.groups.keys.filter { parents[$0] == nil }
        for group in ready { depths[group] = 1 }
        while let group = ready.popLast() {
            for child in inventory.groups[group]?.children ?? [] {
                depths[child] = max(depths[child] ?? 0, (depths[group] ?? 0) + 1)
                waiting[child, default: 1] -= 1
                if waiting[child] == 0 { ready.append(child) }
            }
        }
        return depths
    }
}
