import FleetModel

/// Looks at every reference of an inventory; cost grows with its nodes and groups, once.
struct InventoryReferences {
    let inventory: Inventory

    init(of inventory: Inventory) {
        self.inventory = inventory
    }

    func check() throws(UsageError) {
        // In the order of names, so that the same mistake always gives the same message.
        for node in inventory.nodes.values where !holds(node) { throw fault(of: firstBroken() ?? node) }
        for group in inventory.groups.values.sorted(by: { $0.name < $1.name }) {
            for child in group.children.sorted() where inventory.groups[child] == nil {
                throw inventory.unknown(group: child.text, reason: "group “\(group.name)” holds ")
            }
        }
        try checkGroupCircles()
        try checkJumpCircles()
    }

    private func holds(_ node: Node) -> Bool {
        if let jump = node.jump, jump == node.name || inventory.nodes[jump] == nil { return false }
        return node.groups.allSatisfy { inventory.groups[$0] != nil }
    }

    private func firstBroken() -> Node? {
        inventory.nodes.values.filter { !holds($0) }.min { $0.name < $1.name }
    }

    private func fault(of node: Node) -> UsageError {
        if let jump = node.jump, jump == node.name {
            return UsageError("jump_circle", "node “\(node.name)” cannot be its own jump host")
        }
        if let jump = node.jump, inventory.nodes[jump] == nil {
            return inventory.unknown(node: jump.text, reason: "jump host of “\(node.name)”: ")
        }
        let missing = node.groups.filter { inventory.groups[$0] == nil }.min()
        return inventory.unknown(
            group: missing?.text ?? "",
            advice: "make it first with: flotilla group create \(missing?.text ?? "NAME")"
        )
    }

    private func checkJumpCircles() throws(UsageError) {
        var settled: Set<NodeName> = []
        for start in inventory.nodes.values where start.jump != nil {
            var path: [NodeName] = []
            var next: NodeName? = start.name
            while let name = next, !settled.contains(name) {
                if let again = path.firstIndex(of: name) {
                    throw Self.circle("jump", "jump hosts", path[again...] + [name])
                }
                path.append(name)
                next = inventory.nodes[name]?.jump
            }
            settled.formUnion(path)
        }
    }

    private func checkGroupCircles() throws(UsageError) {
        var settled: Set<GroupName> = []
        for start in inventory.groups.keys.sorted() where !settled.contains(start) {
            var path: [(name: GroupName, waiting: [GroupName])] = [(start, children(of: start))]
            while let child = path[path.count - 1].waiting.popLast() ?? stepBack(&path, &settled) {
                if let again = path.firstIndex(where: { $0.name == child }) {
                    throw Self.circle("group", "groups", path[again...].map(\.name) + [child])
                }
                if !settled.contains(child) { path.append((child, children(of: child))) }
            }
        }
    }

    /// Leaves finished groups until one has a child left, and gives that child; nil when the walk is over.
    private func stepBack(_ path: inout [(name: GroupName, waiting: [GroupName])], _ settled: inout Set<GroupName>)
        -> GroupName?
    {
        while let done = path.last {
            if let child = path[path.count - 1].waiting.popLast() { return child }
            settled.insert(done.name)
            if path.count == 1 { return nil }
            path.removeLast()
        }
        return nil
    }

    private func children(of group: GroupName) -> [GroupName] {
        inventory.groups[group]?.children.sorted(by: >) ?? []
    }

    private static func circle(_ code: String, _ noun: String, _ names: some Sequence<some CheckedText>) -> UsageError {
        UsageError(code + "_circle", "\(noun) would form a circle: " + names.map(\.text).joined(separator: " → "))
    }
}
