import FleetModel
import Foundation
import GRDB

/// Numbers for series and for layouts (the series of a poll, in order), remembered so that a usual poll costs no look-up.
///
/// What it remembers is true only if the transaction that learned it is committed: after a failed one, make a new catalog.
struct SeriesCatalog {
    private var generation: Int64?
    private var lastLayouts: [Int64: Remembered] = [:]
    private var series: [Series: Int64] = [:]
    private static let seriesLimit = 20_000
    private static let hour: Int64 = 3_600_000

    private struct Remembered {
        /// Of all names and labels, with the seed of this process: no node can aim at another layout's.
        var hash: Int
        var layout: Int64
        var hour: Int64
    }

    /// Call once at the start of each transaction.
    mutating func begin(_ database: Database) throws {
        let current = try Int64.fetchOne(database.cachedStatement(sql: "SELECT number FROM generation WHERE one = 1"))
        if current != generation { self = SeriesCatalog() }
        if series.count > Self.seriesLimit { series = [:] }
        generation = current
    }

    mutating func layout(of samples: [Sample], node: Int64, at: Timestamp, in database: Database) throws -> Int64 {
        let hash = Self.hash(samples)
        let hour = at.milliseconds / Self.hour
        if let last = lastLayouts[node], last.hash == hash, last.hour == hour { return last.layout }
        let ids = try samples.map { try id(of: Series($0.name, $0.labels), in: database) }
        var packed: [UInt8] = []
        ids.forEach { packed.appendVarint(UInt64($0)) }
        let layout = try number(
            """
            INSERT INTO layouts (series, last_used) VALUES (?, ?)
            ON CONFLICT (series) DO UPDATE SET last_used = max(last_used, excluded.last_used) RETURNING id
            """,
            [Data(packed), hour * Self.hour],
            in: database
        )
        lastLayouts[node] = Remembered(hash: hash, layout: layout, hour: hour)
        return layout
    }

    private mutating func id(of series: Series, in database: Database) throws -> Int64 {
        if let known = self.series[series] { return known }
        let key = Data(series.key)
        let select = try database.cachedStatement(sql: "SELECT id FROM series WHERE key = ?")
        let id =
            try Int64.fetchOne(select, arguments: [key])
            ?? number("INSERT INTO series (key) VALUES (?) RETURNING id", [key], in: database)
        self.series[series] = id
        return id
    }

    private func number(_ sql: String, _ arguments: StatementArguments, in database: Database) throws -> Int64 {
        guard let number = try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "no number came back for a new row")
        }
        return number
    }

    private static func hash(_ samples: [Sample]) -> Int {
        var hasher = Hasher()
        hasher.combine(samples.count)
        for sample in samples {
            hasher.combine(sample.name)
            hasher.combine(sample.labels)
        }
        return hasher.finalize()
    }
}
