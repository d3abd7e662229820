package import FleetModel

/// The rules of the registry as a value: changes go in, the changed inventory and what a store must do come out.
///
/// Every store uses it, so that a rule stands once. Take `changes` in with `apply(_:)`, then call `finish()`; references
/// (jump hosts, groups) are looked at only there, so that the order within one batch does not matter.
package struct InventoryEdit {
    /// The inventory as it is after what was applied so far.
    package private(set) var inventory: Inventory
    /// What happened to names, in order: a store replays these before it writes the touched nodes and groups.
    package private(set) var moves: [Move] = []
    /// Nodes to write, where they are still there.
    package private(set) var touchedNodes: Set<NodeName> = []
    /// Groups to write, where they are still there.
    package private(set) var touchedGroups: Set<GroupName> = []
    /// True when the variables of `all` changed.
    package private(set) var touchedVariables = false
    /// One record for each change, in order.
    package private(set) var audit: [AuditEntry] = []

    package init(of inventory: Inventory) {
        self.inventory = inventory
    }

    /// Something that happened to a name.
    package enum Move: Hashable, Sendable {
        case unregistered(NodeName)
        case renamed(NodeName, to: NodeName)
        case deletedGroup(GroupName)
    }

    /// Takes in one change.
    ///
    /// - Throws: `UsageError` for a name that is unknown or taken.
    package mutating func apply(_ change: InventoryChange) throws(UsageError) {
        audit.append(change.auditEntry(before: inventory))
        switch change {
        case .register(let node): try register(node)
        case .update(let node, let old): try update(node, renaming: old ?? node.name)
        case .unregister(let name): try unregister(name)
        case .createGroup(let group): try create(group)
        case .updateGroup(let group): try update(group)
        case .deleteGroup(let name): try delete(name)
        case .addNode(let node, let group): try amend(node) { $0.groups.insert(group) }
        case .removeNode(let node, let group): try remove(node, from: group)
        case .setVariables(let variables):
            inventory.variables = variables
            touchedVariables = true
        case .pinHostKey(let key, let name): try amend(name) { $0.trust(key) }
        case .forgetHostKey(let name): try amend(name) { $0.trust(nil) }
        case .quarantine(let name, let reason): try amend(name) { $0.status = .quarantined(reason: reason) }
        }
    }

    /// Looks at what the changes left behind: references to nothing, circles of groups or jump hosts.
    ///
    /// - Throws: `UsageError`.
    package func finish() throws(UsageError) {
        try checkJumpHostsStay()
        try InventoryReferences(of: inventory).check()
    }

    private func checkJumpHostsStay() throws(UsageError) {
        let gone = Set(moves.compactMap { move in if case .unregistered(let name) = move { name } else { nil } })
            .filter { inventory.nodes[$0] == nil }
        guard !gone.isEmpty else { return }
        let users = inventory.nodes.values.filter { $0.jump.map(gone.contains) ?? false }.sorted { $0.name < $1.name }
        guard let first = users.first, let jump = first.jump else { return }
        let others = users.filter { $0.jump == jump }
        throw UsageError(
            "jump_in_use",
            "“\(jump)” is the jump host of “\(first.name)”"
                + (others.count > 1 ? " and \(others.count - 1) more" : ""),
            advice: "first give them another way: flotilla update \(first.name) jump OTHER"
        )
    }

    private mutating func register(_ node: Node) throws(UsageError) {
        guard inventory.nodes[node.name] == nil else {
            throw UsageError(
                "duplicate_node",
                "node “\(node.name)” is registered already",
                advice: "change it with: flotilla update \(node.name) FIELD VALUE"
            )
        }
        put(node)
    }

    private mutating func update(_ node: Node, renaming old: NodeName) throws(UsageError) {
        let known = try self.node(old)
        var changed = node
        // A face read the node a while ago; what was observed or pinned since then is newer.
        changed.status = known.status
        changed.lastSeen = known.lastSeen
        changed.hostKey = known.hostKey
        if old != node.name { try rename(old, to: node.name) }
        put(changed)
    }

    private mutating func rename(_ old: NodeName, to new: NodeName) throws(UsageError) {
        guard inventory.nodes[new] == nil else {
            throw UsageError("duplicate_node", "cannot rename “\(old)”: node “\(new)” is registered already")
        }
        inventory.remove(old)
        moves.append(.renamed(old, to: new))
        for var user in inventory.nodes.values where user.jump == old {
            user.jump = new
            put(user)
        }
    }

    private mutating func unregister(_ name: NodeName) throws(UsageError) {
        _ = try node(name)
        inventory.remove(name)
        moves.append(.unregistered(name))
    }

    private mutating func create(_ group: Group) throws(UsageError) {
        guard inventory.groups[group.name] == nil else {
            throw UsageError("duplicate_group", "group “\(group.name)” is there already")
        }
        put(group)
    }

    private mutating func update(_ group: Group) throws(UsageError) {
        _ = try self.group(group.name)
        put(group)
    }

    private mutating func delete(_ name: GroupName) throws(UsageError) {
        _ = try group(name)
        inventory.remove(name)
        moves.append(.deletedGroup(name))
        for var node in inventory.nodes.values where node.groups.contains(name) {
            node.groups.remove(name)
            put(node)
        }
        for var parent in inventory.groups.values where parent.children.contains(name) {
            parent.children.remove(name)
            put(parent)
        }
    }

    private mutating func remove(_ name: NodeName, from group: GroupName) throws(UsageError) {
        _ = try self.group(group)
        guard try node(name).groups.contains(group) else {
            throw UsageError("not_a_member", "node “\(name)” is not in group “\(group)” itself")
        }
        try amend(name) { $0.groups.remove(group) }
    }

    private mutating func amend(_ name: NodeName, _ body: (inout Node) -> Void) throws(UsageError) {
        var node = try node(name)
        body(&node)
        put(node)
    }

    private mutating func put(_ node: Node) {
        inventory.put(node)
        touchedNodes.insert(node.name)
    }

    private mutating func put(_ group: Group) {
        inventory.put(group)
        touchedGroups.insert(group.name)
    }

    private func node(_ name: NodeName) throws(UsageError) -> Node {
        guard let node = inventory.nodes[name] else { throw inventory.unknown(node: name.text) }
        return node
    }

    private func group(_ name: GroupName) throws(UsageError) -> Group {
        guard let group = inventory.groups[name] else { throw inventory.unknown(group: name.text) }
        return group
    }
}

extension Node {
    /// A key that an operator or the first contact vouches for ends a quarantine; so does forgetting the old one.
    fileprivate mutating func trust(_ key: HostKey?) {
        hostKey = key
        if case .quarantined = status { status = .unknown }
    }
}
