package import FleetModel

/// Where work on nodes leaves its traces: the audit record and what was seen of the nodes.
package struct WorkRecord: Sendable {
    private let inventory: any InventoryStore
    private let audit: any AuditLog
    package let actor: Actor
    package let now: @Sendable () -> Timestamp

    package init(
        inventory: any InventoryStore,
        audit: any AuditLog,
        actor: Actor,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.inventory = inventory
        self.audit = audit
        self.actor = actor
        self.now = now
    }

    package init(_ fleet: Fleet) {
        self.init(inventory: fleet.inventory, audit: fleet.audit, actor: fleet.actor, now: fleet.now)
    }

    /// Before the act: no record, no act.
    package func intend(_ entry: AuditEntry) async throws {
        try await audit.append([entry], by: actor, at: now())
    }

    /// After it. Written to its end although the work was stopped: what has happened must stand in the record.
    package func conclude(_ entries: [AuditEntry], _ observations: [NodeObservation] = []) async throws {
        let (audit, inventory, actor, moment) = (audit, inventory, actor, now())
        try await uninterrupted {
            try await audit.append(entries, by: actor, at: moment)
            try await inventory.record(observations, at: moment)
        }
    }

    package func registry() async throws -> Inventory { try await inventory.inventory() }
}

extension NodeObservation {
    /// What the end of some work says about a node's reach; nil where it says nothing.
    static func of(_ node: NodeName, _ error: RemoteError?) -> NodeObservation? {
        guard let error else { return NodeObservation(node, .up) }
        return error.isBeforeWork ? error.observation(of: node) : nil
    }
}
