package import FleetModel
internal import GRDB
package import Operations

/// The audit record in the registry's file: acts on the registry and their records share one transaction.
package final class SQLiteAudit: AuditLog {
    private let file: SQLiteFile

    init(file: SQLiteFile) {
        self.file = file
    }

    package func append(_ entries: [AuditEntry], by actor: Actor, at now: Timestamp) async throws {
        guard !entries.isEmpty else { return }
        try await file.write { try AuditChain(database: $0).append(entries, by: actor, at: now) }
    }

    /// The newest `limit` records that fit, oldest first.
    package func entries(node: NodeName?, since: Timestamp?, limit: Int) async throws -> [RecordedAudit] {
        let sql = """
            SELECT sequence, at, actor, action, node, detail, hash FROM audit
            WHERE (\(node == nil ? "?1 IS NULL" : "node = ?1")) AND at >= ?2 ORDER BY sequence DESC LIMIT ?3
            """
        let path = file.path
        return try await file.read { database in
            let arguments: StatementArguments = [node?.text, since?.milliseconds ?? Int64.min, max(0, limit)]
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            var found: [RecordedAudit] = []
            while let row = try rows.next() { found.append(try Self.record(row, path)) }
            return found.reversed()
        }
    }

    package func firstBrokenRecord() async throws -> Int64? {
        try await file.read { try AuditChain(database: $0).firstBroken() }
    }

    private static func record(_ row: Row, _ path: String) throws -> RecordedAudit {
        do {
            let entry = try AuditEntry(
                row[3],
                node: (row[4] as String?).map { try NodeName($0) },
                detail: try StoredJSON.value(row[5])
            )
            return RecordedAudit(
                sequence: row[0],
                at: Timestamp(milliseconds: row[1]),
                actor: Actor(row[2]),
                entry: entry,
                hash: row[6]
            )
        } catch let error as UsageError {
            throw StateError.damaged(path, because: "audit record \(row[0] as Int64): \(error.problem)")
        }
    }
}
