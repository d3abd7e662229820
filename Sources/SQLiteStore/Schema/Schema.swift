import FleetModel
import GRDB

/// The history of one file's tables. A migration that was released is never edited; a change is a new one at the end.
struct Schema: Sendable {
    var name: String
    /// SQLite's `application_id`: tells our file from any other program's.
    var applicationID: Int32
    var migrations: [Migration]
    /// Tables, indices and triggers that must be there once all migrations ran.
    var objects: Set<String>

    struct Migration: Sendable {
        /// Unique, for people and for the `migrations` table.
        var name: String
        var sql: String
    }

    /// Runs what is still missing, all in one transaction: a crash leaves the file as it was.
    ///
    /// - Throws: `StateError` `state.newer_version` where a later Flotilla has been here.
    func bring(_ database: Database, path: String) throws {
        if try version(of: database, path: path) == migrations.count { return }
        try database.inTransaction(.immediate) {
            // Again under the lock: another process may have been faster.
            let done = try version(of: database, path: path)
            for migration in migrations.dropFirst(done) { try run(migration, in: database) }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(migrations.count)")
            return .commit
        }
    }

    /// False: migrations have still to run.
    ///
    /// - Throws: `StateError` for a file of a newer Flotilla or of another program.
    func isCurrent(_ database: Database, path: String) throws -> Bool {
        try version(of: database, path: path) == migrations.count
    }

    private func run(_ migration: Migration, in database: Database) throws {
        try database.execute(sql: migration.sql)
        try database.execute(sql: "INSERT INTO migrations (name) VALUES (?)", arguments: [migration.name])
    }

    private func version(of database: Database, path: String) throws -> Int {
        let mark = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard try mark == applicationID || mark == 0 && isBare(database) else { throw StateError.foreignFile(path) }
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= migrations.count else { throw newer(path, version) }
        return version
    }

    /// A file that was made but never filled, by a process that was cut off.
    private func isBare(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
    }

    private func newer(_ path: String, _ version: Int) -> StateError {
        StateError(
            "newer_version",
            "\(path) was written by a newer flotilla (format \(version), this one knows up to \(migrations.count))",
            advice: "nothing was changed; use the newer flotilla, or restore a backup from before the upgrade"
        )
    }
}
