import FleetModel
import GRDB

/// A look through SQLite at the opened file: nothing missing from the schema, and its pages hang together.
struct SchemaInspection {
    let path: String
    /// Files up to this many pages are looked through whole on every start: that costs about a millisecond.
    private static let smallFile = 128

    func check(_ database: Database, _ plan: SQLiteFile.Plan) throws {
        let found = try Set(String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE sql IS NOT NULL"))
        if let missing = plan.schema.objects.subtracting(found).min() {
            throw StateError.damaged(path, because: "“\(missing)” is missing from it")
        }
        guard try plan.inspection == .thorough || isSmall(database) else { return }
        let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard verdict == "ok" else { throw StateError.damaged(path, because: verdict.oneLine) }
        guard plan.inspection == .thorough else { return }
        if let row = try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") {
            throw StateError.damaged(path, because: "a row of “\(row[0] as String? ?? "?")” refers to nothing")
        }
    }

    private func isSmall(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0 <= Self.smallFile
    }
}

extension String {
    fileprivate var oneLine: String {
        split(whereSeparator: \.isNewline).joined(separator: " ").prefix(200).description
    }
}
