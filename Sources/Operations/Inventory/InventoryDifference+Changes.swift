import FleetModel

extension InventoryDifference {
    /// The difference as acts on the registry, in an order in which each is valid: groups before their members and
    /// inner groups before outer ones, jump hosts before who travels through them; what goes, the other way round.
    package var changes: [InventoryChange] {
        var changes: [InventoryChange] = changedVariables.isEmpty ? [] : [.setVariables(variables)]
        changes += InventoryOrder.innerFirst(addedGroups).map { .createGroup($0) }
        changes += groupUpdates
        changes += InventoryOrder.jumpHostsFirst(added).map { .register($0) }
        changes += nodeUpdates
        let leaving = removed.compactMap { current.nodes[$0] }
        changes += InventoryOrder.jumpHostsFirst(leaving).reversed().map { .unregister($0.name) }
        let dissolved = removedGroups.compactMap { current.groups[$0] }
        changes += InventoryOrder.innerFirst(dissolved).reversed().map { .deleteGroup($0.name) }
        return changes
    }

    /// Children leave before others come, so that no order of nesting can look like a circle on the way.
    private var groupUpdates: [InventoryChange] {
        let leaving = changedGroups.filter { !$0.old.children.isSubset(of: $0.new.children) }.map { change in
            var group = change.new
            group.children.formIntersection(change.old.children)
            return group
        }
        let arriving = changedGroups.map(\.new).filter { group in !leaving.contains(group) }
        return (leaving + arriving).map { .updateGroup($0) }
    }

    /// Jumps are given up before others are taken, for the same reason.
    private var nodeUpdates: [InventoryChange] {
        let released = changed.filter { $0.old.jump != nil && $0.old.jump != $0.new.jump }.map { change in
            var node = change.new
            node.jump = nil
            return node
        }
        let settled = Set(changed.filter { $0.old.jump != nil && $0.new.jump == nil }.map(\.new.name))
        return released.map { .update($0) } + changed.filter { !settled.contains($0.new.name) }.map { .update($0.new) }
    }
}

/// Orders in which every reference points to something that is already there.
enum InventoryOrder {
    /// Groups after the groups inside them.
    static func innerFirst(_ groups: [Group]) -> [Group] {
        let byName = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        var placed: Set<GroupName> = []
        var ordered: [Group] = []
        // A stack of our own: nesting comes from files and must not be able to exhaust the thread's.
        var stack = groups.reversed().map { (group: $0, isExpanded: false) }
        while let (group, isExpanded) = stack.popLast() {
            if isExpanded {
                ordered.append(group)
            } else if placed.insert(group.name).inserted {
                stack.append((group, true))
                for child in group.children.sorted(by: >) { byName[child].map { stack.append(($0, false)) } }
            }
        }
        return ordered
    }

    /// Nodes after their jump hosts.
    static func jumpHostsFirst(_ nodes: [Node]) -> [Node] {
        let byName = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        var placed: Set<NodeName> = []
        var ordered: [Node] = []
        for node in nodes {
            var way: [Node] = []
            var next: Node? = node
            while let hop = next, placed.insert(hop.name).inserted {
                way.append(hop)
                next = hop.jump.flatMap { byName[$0] }
            }
            ordered += way.reversed()
        }
        return ordered
    }

    /// Every node that one of `nodes` travels through, over several hops too.
    static func jumpHosts(of nodes: [Node], in current: Inventory) -> Set<NodeName> {
        let byName = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        var found: Set<NodeName> = []
        for node in nodes {
            var next = node.jump
            while let hop = next, found.insert(hop).inserted { next = (byName[hop] ?? current.nodes[hop])?.jump }
        }
        return found
    }
}
