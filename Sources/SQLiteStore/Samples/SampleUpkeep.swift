import FleetModel
import Foundation
import GRDB
import Operations
import TimeSeries

/// Folds, rolls and forgets in many short transactions, so that a poll that arrives meanwhile never waits for long.
///
/// Every step may be cut off or done twice, by two processes too: each transaction leaves a whole store.
struct SampleUpkeep {
    let file: SQLiteFile
    /// A source with so many rows in the journal is folded; Prometheus closes its chunks at as many.
    private static let rowsToFold = 120
    private static let hours: Int64 = 3_600_000
    /// Late samples have this long, in milliseconds, before a day is rolled up.
    private static let grace = 2 * hours
    private static let rowsForgottenAtOnce = 2000

    /// Folds what is due; with `all`, whatever there is.
    func fold(at now: Int64, all: Bool = false) async throws {
        let due = try await file.read { database in
            let sql = "SELECT moment >> 42, count(*), min(moment) FROM journal GROUP BY 1"
            let rows = try Row.fetchCursor(database, sql: sql)
            var due: [Int64] = []
            while let row = try rows.next() {
                let (rows, oldest): (Int, Int64) = (row[1], PollMoment.time(row[2]))
                guard rows > 1 else { continue }
                if all || rows >= Self.rowsToFold || oldest < now - Self.grace { due.append(row[0]) }
            }
            return due
        }
        for source in due {
            repeat { try Task.checkCancellation() } while try await foldSome(of: source)
        }
    }

    private func foldSome(of source: Int64) async throws -> Bool {
        try await file.write { [path = file.path] database in
            var folding = SampleFolding(database, path)
            return try folding.fold(source)
        }
    }

    /// Makes the rollups of days that are over.
    func roll(at now: Int64) async throws {
        let over = (now - Self.grace) / Tier.day
        let pending = try await file.read { database in
            try Row.fetchAll(database, sql: "SELECT day, source FROM pending_days WHERE day < ?", arguments: [over])
                .map { (day: $0[0] as Int64, source: $0[1] as Int64) }
        }
        for (day, source) in pending {
            try Task.checkCancellation()
            try await file.write { [path = file.path] database in
                try SampleRolling(database, path).roll(day: day, source)
            }
        }
    }

    /// Forgets raw samples of whole days before a moment, as far as their rollups are made, and hides the rest of them.
    func forgetRaw(before: Int64) async throws {
        let end = before / Tier.day
        let unrolled = try await file.write { database in
            try database.execute(
                sql: "INSERT INTO settings VALUES ('raw_floor', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                arguments: [before]
            )
            return try Int64.fetchOne(database, sql: "SELECT min(day) FROM pending_days") ?? .max
        }
        try await forget(.raw, before: min(end, unrolled) * Tier.day)
        try await forgetJournal(before: before)
    }

    /// Forgets whole rows that end before a moment.
    func forget(_ tier: Tier, before: Int64) async throws {
        let end = BlockKey.first(of: tier.block(of: max(0, before)))
        while try await forgetSome(tier, below: end) { try Task.checkCancellation() }
    }

    private func forgetSome(_ tier: Tier, below end: Int64) async throws -> Bool {
        try await file.write { database in
            let some = "SELECT key FROM \(tier.table) WHERE key < ? ORDER BY key LIMIT \(Self.rowsForgottenAtOnce)"
            try database.execute(sql: "DELETE FROM \(tier.table) WHERE key IN (\(some))", arguments: [end])
            return database.changesCount > 0
        }
    }

    /// All but the newest row of each source.
    private func forgetJournal(before: Int64) async throws {
        let sources = try await file.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT moment >> 42, max(moment) FROM journal GROUP BY 1 HAVING min(moment) & ? < ?",
                arguments: [PollMoment.last(of: 0), before]
            )
            var found: [(Int64, Int64)] = []
            while let row = try rows.next() { found.append((row[0], row[1])) }
            return found
        }
        for (source, newest) in sources {
            try await file.write { database in
                let end = min(PollMoment.number(of: source, at: before), newest)
                try database.execute(
                    sql: "DELETE FROM journal WHERE moment >= ? AND moment < ?",
                    arguments: [PollMoment.first(of: source), end]
                )
            }
        }
    }

    /// Forgets the last polls, too, of nodes that are gone from the registry.
    func forgetGone(registered: Set<Int64>, before: Int64) async throws {
        let gone = try await file.read { database in
            try Row.fetchAll(database, sql: "SELECT id, node FROM sources WHERE node IS NOT NULL")
                .filter { !registered.contains($0[1]) }.map { $0[0] as Int64 }
        }
        for source in gone {
            try await file.write { database in
                try database.execute(
                    sql: "DELETE FROM journal WHERE moment BETWEEN ? AND ?",
                    arguments: [PollMoment.first(of: source), PollMoment.number(of: source, at: before)]
                )
            }
        }
    }

    /// Forgets what was last seen before a moment: sources, layouts, series and labels that nothing refers to.
    func forgetNames(before: Int64) async throws {
        try await file.write { database in
            try database.execute(sql: "DELETE FROM seen WHERE last < ?", arguments: [before])
            guard database.changesCount > 0 else { return }
            try database.execute(
                sql: """
                    DELETE FROM layouts WHERE id NOT IN (SELECT layout FROM seen)
                        AND id NOT IN (SELECT layout FROM journal);
                    DELETE FROM sources WHERE id NOT IN (SELECT source FROM seen)
                        AND id NOT IN (SELECT moment >> 42 FROM journal);
                    """
            )
            try forgetSeries(database)
            try database.execute(sql: "UPDATE generation SET number = number + 1 WHERE one = 1")
        }
    }

    private func forgetSeries(_ database: Database) throws {
        // Rows of the journal that carry their series themselves are in no layout until they are folded.
        let loose = try Int.fetchOne(database, sql: "SELECT count(*) FROM journal WHERE layout = 0") ?? 0
        guard loose == 0 else { return }
        var used: Set<Int64> = []
        let rows = try Data.fetchCursor(database, sql: "SELECT series FROM layouts")
        while let packed = try rows.next() { used.formUnion(LayoutReader.numbers([UInt8](packed))) }
        let unused = try Int64.fetchSet(database, sql: "SELECT id FROM series").subtracting(used)
        for series in unused {
            try database.execute(sql: "DELETE FROM postings WHERE series = ?", arguments: [series])
            try database.execute(sql: "DELETE FROM series WHERE id = ?", arguments: [series])
        }
        guard !unused.isEmpty else { return }
        try database.execute(
            sql: """
                DELETE FROM label_pairs WHERE id NOT IN (SELECT pair FROM postings);
                DELETE FROM metrics WHERE id NOT IN (SELECT metric FROM series);
                """
        )
    }
}
