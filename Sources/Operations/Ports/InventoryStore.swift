package import FleetModel

/// The registry. Every write is one transaction and leaves its audit record in it.
package protocol InventoryStore: Sendable {
    /// The whole registry at one moment.
    func inventory() async throws -> Inventory

    /// Applies all changes or none.
    ///
    /// - Throws: `UsageError` (unknown or duplicate node or group, a cycle, a jump host still in use), `StateError`.
    func apply(_ changes: [InventoryChange], by actor: Actor, at now: Timestamp) async throws

    /// Records what contacts said. Not audited: it is an observation, not an act.
    func record(_ observations: [NodeObservation], at now: Timestamp) async throws
}

/// One act on the registry.
package enum InventoryChange: Hashable, Sendable {
    case register(Node)
    /// Replaces a node's own fields; the observed ones (`status`, `lastSeen`) stay. `renaming` keeps references and history.
    case update(Node, renaming: NodeName? = nil)
    case unregister(NodeName)
    case createGroup(Group)
    case updateGroup(Group)
    case deleteGroup(GroupName)
    case addNode(NodeName, to: GroupName)
    case removeNode(NodeName, from: GroupName)
    /// Variables of `all`.
    case setVariables([String: JSONValue])
    case pinHostKey(HostKey, NodeName)
    case forgetHostKey(NodeName)
    case quarantine(NodeName, reason: String)
}

/// What a contact with a node said.
package struct NodeObservation: Hashable, Sendable {
    package var node: NodeName
    package var status: NodeStatus
    /// When the contact was; nil: when it is recorded.
    package var at: Timestamp?
    /// Set when the contact found out what kind of node it is.
    package var profile: Node.Profile?

    package init(_ node: NodeName, _ status: NodeStatus, profile: Node.Profile? = nil, at: Timestamp? = nil) {
        self.node = node
        self.status = status
        self.profile = profile
        self.at = at
    }
}

/// Who acts: the operator's log-in name on the controller, or a part of Flotilla (`collector`, `lab`).
package struct Actor: Hashable, Sendable {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }
}
