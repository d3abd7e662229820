import FleetModel
import Foundation
import GRDB

/// Forgets old polls in many short transactions, so that a poll that arrives meanwhile never waits for long.
struct SamplePruning {
    let file: SQLiteFile
    let registered: Set<Int64>
    private static let nodesPerTransaction = 100

    init(file: SQLiteFile, registered: Set<Int64>) {
        self.file = file
        self.registered = registered
    }

    func run(before: Timestamp) async throws {
        let stored = try await file.read(Self.nodes)
        var kept: Set<Int64> = []
        for start in stride(from: 0, to: stored.count, by: Self.nodesPerTransaction) {
            let batch = Array(stored[start..<min(start + Self.nodesPerTransaction, stored.count)])
            let layouts = try await file.write { [registered] database in
                try batch.compactMap { try Self.forget($0, registered.contains($0) ? before : nil, database) }
            }
            kept.formUnion(layouts)
        }
        try await file.write { [kept] database in try Self.forgetLayouts(before: before, except: kept, database) }
    }

    /// The numbers of all nodes that have polls: one look-up for each node.
    private static func nodes(_ database: Database) throws -> [Int64] {
        let statement = try database.cachedStatement(sql: "SELECT min(moment) FROM polls WHERE moment >= ?")
        var nodes: [Int64] = []
        var next = Int64.min
        while let moment = try Int64.fetchOne(statement, arguments: [next]) {
            nodes.append(PollMoment.node(moment))
            next = PollMoment.first(of: PollMoment.node(moment) + 1)
        }
        return nodes
    }

    /// - Returns: the layout of the last poll, where only that is left.
    private static func forget(_ node: Int64, _ before: Timestamp?, _ database: Database) throws -> Int64? {
        let first = PollMoment.first(of: node)
        let delete = try database.cachedStatement(sql: "DELETE FROM polls WHERE moment >= ? AND moment < ?")
        guard let before else {
            try delete.execute(arguments: [first, PollMoment.first(of: node + 1)])
            return nil
        }
        let newest = try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT moment, layout FROM polls WHERE moment BETWEEN ? AND ? ORDER BY moment DESC LIMIT 1"
            ),
            arguments: [first, PollMoment.last(of: node)]
        )
        guard let newest else { return nil }
        let (last, layout): (Int64, Int64) = (newest[0], newest[1])
        let end = PollMoment.number(of: node, at: before)
        try delete.execute(arguments: [first, min(end, last)])
        return last < end ? layout : nil
    }

    private static func forgetLayouts(before: Timestamp, except kept: Set<Int64>, _ database: Database) throws {
        // `last_used` is the beginning of an hour, and a poll may be stored a little after the moment it is from.
        let limit = before.milliseconds - 2 * 3_600_000
        let old = try Int64.fetchSet(database, sql: "SELECT id FROM layouts WHERE last_used < ?", arguments: [limit])
        let unused = old.subtracting(kept)
        guard !unused.isEmpty else { return }
        for layout in unused { try database.execute(sql: "DELETE FROM layouts WHERE id = ?", arguments: [layout]) }
        try forgetSeries(database)
        try database.execute(sql: "UPDATE generation SET number = number + 1 WHERE one = 1")
    }

    private static func forgetSeries(_ database: Database) throws {
        var used: Set<Int64> = []
        let rows = try Data.fetchCursor(database, sql: "SELECT series FROM layouts")
        while let packed = try rows.next() { used.formUnion(LayoutReader.numbers([UInt8](packed))) }
        let unused = try Int64.fetchSet(database, sql: "SELECT id FROM series").subtracting(used)
        for series in unused { try database.execute(sql: "DELETE FROM series WHERE id = ?", arguments: [series]) }
    }
}
