package import FleetModel

/// The hash-chained record of who did what. Appending is part of the act: no record, no act.
package protocol AuditLog: Sendable {
    func append(_ entries: [AuditEntry], by actor: Actor, at now: Timestamp) async throws
    /// Oldest first; `node` and `since` narrow it down.
    func entries(node: NodeName?, since: Timestamp?, limit: Int) async throws -> [RecordedAudit]
    /// Walks the whole chain; the sequence number of the first record that does not fit, or nil.
    func firstBrokenRecord() async throws -> Int64?
}

/// One act, before it is recorded. Never holds a secret: commands are recorded as typed, stdin and passwords are not.
package struct AuditEntry: Hashable, Sendable {
    /// Stable dotted word: `node.register`, `exec`, `host_key.pin`, `deploy`, ….
    package var action: String
    package var node: NodeName?
    package var detail: JSONValue

    package init(_ action: String, node: NodeName? = nil, detail: JSONValue = .object([:])) {
        self.action = action
        self.node = node
        self.detail = detail
    }
}

/// One record of the chain.
package struct RecordedAudit: Hashable, Sendable {
    package var sequence: Int64
    package var at: Timestamp
    package var actor: Actor
    package var entry: AuditEntry
    /// Hex SHA-256 over the previous record's hash and this record's content.
    package var hash: String

    package init(sequence: Int64, at: Timestamp, actor: Actor, entry: AuditEntry, hash: String) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.entry = entry
        self.hash = hash
    }
}
