package import FleetModel

/// What was done to a node lately: most alerts have a change before them.
package protocol ChangesBefore: Sendable {
    /// One line each, oldest first.
    func changes(on node: NodeName, from start: Timestamp, to end: Timestamp) async throws -> [String]
}

/// Answers from the audit record: commands, roll-outs, use of keys, reboots.
package struct AuditedChanges: ChangesBefore {
    private let audit: any AuditLog

    /// The most lines in an annotation.
    private static let limit = 10
    /// What only looks changes nothing.
    private static let looking: Set = ["collect", "facts", "test", "ping", "logs", "registry.copy"]

    package init(audit: any AuditLog) { self.audit = audit }

    package func changes(on node: NodeName, from start: Timestamp, to end: Timestamp) async throws -> [String] {
        let records = try await audit.entries(node: node, since: start, limit: 100)
        return records.filter { $0.at <= end && !Self.looking.contains($0.entry.action) }.suffix(Self.limit).map(
            Self.line
        )
    }

    /// `21:04:05 exec by ana: systemctl restart nginx`
    private static func line(_ record: RecordedAudit) -> String {
        let clock = record.at.rfc3339.dropFirst(11).prefix(8)
        let command = record.entry.detail.object?["command"]?.scalarText.map { ": " + $0.prefix(120) } ?? ""
        return "\(clock) \(record.entry.action) by \(record.actor.name)\(command)"
    }
}
