extension Selector {
    /// The nodes that are meant, in natural order; empty where a search finds nothing.
    ///
    /// Cost grows with nodes times operands.
    /// - Throws: `UsageError` `usage.unknown_node`, `usage.unknown_group` with the near misses.
    package func nodes(in inventory: Inventory, facts: SelectorFacts = .none) throws(UsageError) -> [NodeName] {
        try SelectorEvaluation(inventory: inventory, facts: facts).evaluate(root).naturallySorted()
    }
}

/// One walk over a selector's tree.
struct SelectorEvaluation {
    let inventory: Inventory
    let facts: SelectorFacts

    func evaluate(_ term: Selector.Term) throws(UsageError) -> Set<NodeName> {
        switch term {
        case .all: return Set(inventory.nodes.keys)
        case .name(let pattern): return try named(pattern)
        case .group(let pattern): return members(of: try groups(pattern))
        case .label(let test): return labelled(test)
        case .state(let state): return inState(state)
        case .union(let terms):
            var found: Set<NodeName> = []
            for term in terms { found.formUnion(try evaluate(term)) }
            return found
        case .intersection(let left, let right): return try evaluate(left).intersection(try evaluate(right))
        case .difference(let left, let right): return try evaluate(left).subtracting(try evaluate(right))
        }
    }

    private func named(_ pattern: NamePattern) throws(UsageError) -> Set<NodeName> {
        guard pattern.isSpelledOut else { return inventory.nodes.keys.filtered { pattern.matches($0.text) } }
        var found: Set<NodeName> = []
        var groups: Set<GroupName> = []
        for name in try names(pattern) {
            if let node = try? NodeName(name), inventory.nodes[node] != nil {
                found.insert(node)
            } else if let group = try? GroupName(name), inventory.groups[group] != nil {
                groups.insert(group)
            } else {
                throw unknown(name)
            }
        }
        return groups.isEmpty ? found : found.union(members(of: groups))
    }

    private func groups(_ pattern: NamePattern) throws(UsageError) -> Set<GroupName> {
        guard pattern.text != "all" else { return Set(inventory.groups.keys) }
        guard pattern.isSpelledOut else { return inventory.groups.keys.filtered { pattern.matches($0.text) } }
        var found: Set<GroupName> = []
        for name in try names(pattern) {
            guard let group = try? GroupName(name), inventory.groups[group] != nil else {
                let near = NearMisses.question(for: name, among: inventory.groups.keys.lazy.map(\.text))
                throw UsageError(
                    "unknown_group",
                    "unknown group “\(name.quotedForMessage)”" + (near.map { ", " + $0 } ?? ""),
                    advice: "see: flotilla group list"
                )
            }
            found.insert(group)
        }
        return found
    }

    private func names(_ pattern: NamePattern) throws(UsageError) -> [String] {
        guard let names = pattern.names() else {
            throw UsageError(
                "bad_selector",
                "“\(pattern.text.quotedForMessage)” stands for more than \(NamePattern.expansionLimit) names",
                advice: "use a glob: pi-*"
            )
        }
        return names
    }

    private func unknown(_ name: String) -> UsageError {
        let known = [inventory.nodes.keys.map(\.text), inventory.groups.keys.map(\.text)].joined()
        let near = NearMisses.question(for: name, among: Set(known))
        let advice =
            Selector.State(rawValue: name) != nil
            ? "the state is written with its own colon: &:\(name)" : "see: flotilla list"
        return UsageError(
            "unknown_node",
            "unknown node or group “\(name.quotedForMessage)”" + (near.map { ", " + $0 } ?? ""),
            advice: advice
        )
    }

    private func members(of groups: Set<GroupName>) -> Set<NodeName> {
        var inside: Set<GroupName> = []
        for group in groups where !inside.contains(group) { inside.formUnion(inventory.descendants(of: group)) }
        return inventory.nodes.filtered { !$0.value.groups.isDisjoint(with: inside) }
    }

    private func labelled(_ test: LabelTest) -> Set<NodeName> {
        let lookup = LabelLookup(key: test.key, inventory: inventory, facts: facts)
        return inventory.nodes.filtered { test.holds(for: lookup.value(for: $0.value)) }
    }

    private func inState(_ state: Selector.State) -> Set<NodeName> {
        switch state {
        case .up, .down, .unknown, .quarantined: inventory.nodes.filtered { $0.value.status.word == state.rawValue }
        case .drifted: facts.drifted.intersection(inventory.nodes.keys)
        case .alerting: facts.alerting.intersection(inventory.nodes.keys)
        case .stale: facts.stale.intersection(inventory.nodes.keys)
        }
    }
}

extension Dictionary<NodeName, Node> {
    fileprivate func filtered(_ isMeant: (Element) -> Bool) -> Set<NodeName> {
        var found: Set<NodeName> = []
        for element in self where isMeant(element) { found.insert(element.key) }
        return found
    }
}

extension Dictionary.Keys {
    fileprivate func filtered(_ isMeant: (Key) -> Bool) -> Set<Key> {
        var found: Set<Key> = []
        for key in self where isMeant(key) { found.insert(key) }
        return found
    }
}
