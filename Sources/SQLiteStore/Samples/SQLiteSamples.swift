package import FleetModel
internal import Foundation
internal import GRDB
package import Operations
internal import Synchronization

/// Samples in a file of their own: one packed row for each poll, so that a thousand polls a second are a thousand inserts.
///
/// Polls of nodes that are not registered are passed over: the node may have been unregistered while it was polled.
package final class SQLiteSamples: SampleStore {
    private let plan: SQLiteFile.Plan
    private let numbers: NodeNumbers
    private let opened = Mutex<SQLiteFile?>(nil)
    private let catalog = Mutex(SeriesCatalog())
    private let layouts = Mutex<[Int64: [Series]]>([:])

    init(plan: SQLiteFile.Plan, registry: SQLiteFile) {
        self.plan = plan
        self.numbers = NodeNumbers(registry: registry)
    }

    package func append(_ polls: [PollRecord]) async throws {
        guard !polls.isEmpty else { return }
        let numbers = try await numbers.current()
        do {
            try await file().write { [self] database in
                try catalog.withLock { catalog in
                    try catalog.begin(database)
                    for poll in polls {
                        guard let node = numbers[poll.node] else { continue }
                        try Self.insert(poll, node, &catalog, database)
                    }
                }
            }
        } catch {
            // The transaction is undone, and with it every number the catalog learned in it.
            catalog.withLock { $0 = SeriesCatalog() }
            throw error
        }
    }

    package func latest(of nodes: [NodeName]) async throws -> [NodeName: PollRecord] {
        let numbers = try await numbers.current()
        return try await file().read { [self] database in
            let sql = "SELECT moment, layout, body FROM polls WHERE moment BETWEEN ? AND ? ORDER BY moment DESC LIMIT 1"
            let statement = try database.cachedStatement(sql: sql)
            var found: [NodeName: PollRecord] = [:]
            for node in nodes {
                guard let number = numbers[node] else { continue }
                let span: StatementArguments = [PollMoment.first(of: number), PollMoment.last(of: number)]
                guard let row = try Row.fetchOne(statement, arguments: span) else { continue }
                found[node] = try poll(row, node, database)
            }
            return found
        }
    }

    package func history(_ metric: String, labels: [Sample.Label], of node: NodeName, since: Timestamp) async throws
        -> [(at: Timestamp, value: Double)]
    {
        guard let number = try await numbers.current()[node] else { return [] }
        let wanted = Series(metric, labels.sorted { $0.key < $1.key })
        let values: [Moment] = try await file().read { [self] database in
            let sql = "SELECT moment, layout, body FROM polls WHERE moment BETWEEN ? AND ? ORDER BY moment"
            let rows = try Row.fetchCursor(
                database,
                sql: sql,
                arguments: [PollMoment.number(of: number, at: since), PollMoment.last(of: number)]
            )
            var places: [Int64: Int?] = [:]
            var values: [Moment] = []
            while let row = try rows.next() {
                let layout: Int64 = row[1]
                let place = try places[layout] ?? series(of: layout, database).firstIndex(of: wanted)
                places[layout] = .some(place)
                guard let place, let value = Self.value(at: place, in: row) else { continue }
                values.append(Moment(at: PollMoment.time(row[0]), value: value))
            }
            return values
        }
        return values.map { ($0.at, $0.value) }
    }

    /// Forgets everything older but each registered node's last poll, and everything of nodes that are gone.
    package func prune(before: Timestamp) async throws {
        let known = Set(try await numbers.current().values)
        try await SamplePruning(file: file(), registered: known).run(before: before)
    }

    func close() throws(StateError) {
        let file = opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        try file?.close()
    }

    private struct Moment: Sendable {
        var at: Timestamp
        var value: Double
    }

    /// Opened at the first use: `list` and its like need no samples.
    private func file() throws(StateError) -> SQLiteFile {
        try opened.withLock { opened throws(StateError) in
            if let file = opened { return file }
            let file = try SQLiteFile.open(plan)
            opened = file
            return file
        }
    }

    private static func insert(
        _ poll: PollRecord,
        _ node: Int64,
        _ catalog: inout SeriesCatalog,
        _ database: Database
    ) throws {
        let layout = try catalog.layout(of: poll.samples, node: node, at: poll.at, in: database)
        var body = PackedValues()
        for sample in poll.samples { body.append(sample.value) }
        // The same moment twice is the same poll told again: the later one counts.
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO polls (moment, layout, body) VALUES (?, ?, ?)")
            .execute(arguments: [PollMoment.number(of: node, at: poll.at), layout, Data(body.bytes)])
    }

    private func poll(_ row: Row, _ node: NodeName, _ database: Database) throws -> PollRecord {
        let body = [UInt8](row[2] as Data)
        var index = 0
        let samples = try series(of: row[1], database).map { series in
            guard let value = PackedValues.next(in: body, at: &index) else {
                throw StateError.damaged(plan.path, because: "a poll of “\(node)” ends early")
            }
            return Sample(series.name, series.labels, value)
        }
        return PollRecord(node: node, at: PollMoment.time(row[0]), samples: samples)
    }

    private static func value(at place: Int, in row: Row) -> Double? {
        let body = [UInt8](row[2] as Data)
        var index = 0
        for _ in 0..<place where PackedValues.next(in: body, at: &index) == nil { return nil }
        return PackedValues.next(in: body, at: &index)
    }

    private func series(of layout: Int64, _ database: Database) throws -> [Series] {
        if let known = layouts.withLock({ $0[layout] }) { return known }
        let series = try LayoutReader(database: database, path: plan.path).series(of: layout)
        layouts.withLock { layouts in
            if layouts.count > 20_000 { layouts = [:] }
            layouts[layout] = series
        }
        return series
    }
}
