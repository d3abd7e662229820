package import Alerting
package import FleetModel
internal import GRDB
package import Operations

/// The state of alerts in a file of its own beside the registry's.
package final class SQLiteAlerts: AlertStore {
    private let file: SQLiteFile

    /// Opens the file, making it where there is none yet. `registry` is the path of the registry's file.
    ///
    /// - Throws: `StateError`.
    package init(beside registry: String) throws(StateError) {
        let stem = registry.hasSuffix(".sqlite") ? String(registry.dropLast(7)) : registry
        file = try SQLiteFile.open(
            SQLiteFile.Plan(
                path: stem + "-alerts.sqlite",
                schema: .alerts,
                inspection: .quick,
                durable: true,
                pageLimit: nil
            )
        )
    }

    package func close() throws(StateError) { try file.close() }

    package func load() async throws -> StoredAlerts {
        try await file.read { database in
            var stored = StoredAlerts()
            stored.alerts = try Self.documents(database, "SELECT document FROM alerts") { row in
                AlertDocuments.known(try StoredJSON.value(row[0]))
            }
            stored.records = try Self.documents(
                database,
                "SELECT document, receiver, kind, place, group_key FROM notice_records"
            ) { row in
                let place = NoticePlace(receiver: row[1], kind: row[2], index: row[3])
                return AlertDocuments.record(
                    try StoredJSON.value(row[0]),
                    NoticeRecord.Key(place: place, groupKey: row[4])
                )
            }
            stored.silences = try Self.silences(database)
            stored.silenceVersion = try Self.silenceVersion(database)
            stored.deliveries = try Self.deliveries(database)
            return stored
        }
    }

    package func save(_ changes: AlertChanges) async throws {
        try await file.write { database in try AlertWriting(database: database).write(changes) }
    }

    package func silences(unless version: Int64?) async throws -> (version: Int64, silences: [Silence])? {
        try await file.read { database in
            let now = try Self.silenceVersion(database)
            return now == version ? nil : (now, try Self.silences(database))
        }
    }

    package func history(since: Timestamp?, containing text: String?, limit: Int) async throws -> [AlertHistoryEntry] {
        let sql = """
            SELECT at, event, alert, receiver, group_key, reason FROM alert_history
            WHERE at >= ?1 AND (?2 IS NULL OR instr(alert, ?2) > 0) ORDER BY id DESC LIMIT ?3
            """
        return try await file.read { database in
            let arguments: StatementArguments = [since?.milliseconds ?? Int64.min, text, max(0, limit)]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).reversed().map { row in
                AlertHistoryEntry(
                    at: Timestamp(milliseconds: row[0]),
                    event: row[1],
                    alert: row[2],
                    receiver: row[3],
                    groupKey: row[4],
                    reason: row[5]
                )
            }
        }
    }

    package func deliveries() async throws -> [Delivery] {
        try await file.read { try Self.deliveries($0) }
    }

    private static func silences(_ database: Database) throws -> [Silence] {
        try documents(database, "SELECT document, id, starts_at, ends_at FROM silences ORDER BY id") { row in
            AlertDocuments.silence(try StoredJSON.value(row[0]), id: row[1], from: row[2], to: row[3])
        }
    }

    private static func silenceVersion(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT number FROM versions WHERE what = 'silences'") ?? 0
    }

    private static func deliveries(_ database: Database) throws -> [Delivery] {
        let sql = "SELECT document, id, is_dead FROM deliveries ORDER BY decided_at, id"
        return try documents(database, sql) { row in
            AlertDocuments.delivery(try StoredJSON.value(row[0]), id: row[1], isDead: row[2])
        }
    }

    private static func documents<T>(_ database: Database, _ sql: String, _ read: (Row) throws -> T?) throws -> [T] {
        var found: [T] = []
        let rows = try Row.fetchCursor(database, sql: sql)
        while let row = try rows.next() {
            if let value = try read(row) { found.append(value) }
        }
        return found
    }
}
