package import FleetModel
internal import Foundation
internal import GRDB
package import Operations
internal import Synchronization
internal import TimeSeries

/// Samples in a file of their own: a journal with one packed row for each poll, folded into chunks later.
///
/// Polls of nodes that are not registered are passed over: the node may have been unregistered while it was polled.
package final class SQLiteSamples: SampleStore {
    let plan: SQLiteFile.Plan
    let targets: NodeTargets
    private let opened = Mutex<SQLiteFile?>(nil)
    private let catalog = Mutex(SeriesCatalog())
    private let keys = Mutex<[Int64: SeriesKey]>([:])
    let appended = Mutex(AppendReport())
    /// Polls come in order but for those of two collectors.
    private static let windowOfPolls: Duration = .seconds(3600)

    init(plan: SQLiteFile.Plan, registry: SQLiteFile) {
        self.plan = plan
        self.targets = NodeTargets(registry: registry)
    }

    package func append(_ polls: [PollRecord]) async throws {
        guard !polls.isEmpty else { return }
        let targets = try await targets.current()
        var strangers = 0
        let rows = polls.compactMap { poll -> (SampleRow, Int64?)? in
            guard let target = targets[poll.node] else {
                strangers += poll.samples.count
                return nil
            }
            let row = SampleRow(target: target.labels, at: poll.at, samples: poll.samples, isWhole: true)
            return (row, target.node)
        }
        _ = try await store(rows, window: Self.windowOfPolls)
        appended.withLock { $0.ofStrangers += strangers }
    }

    package func append(_ rows: [SampleRow], window: Duration) async throws -> AppendReport {
        try await store(rows.map { ($0, nil) }, window: window)
    }

    private func store(_ rows: [(row: SampleRow, node: Int64?)], window: Duration) async throws -> AppendReport {
        guard !rows.isEmpty else { return AppendReport() }
        let ordered = rows.sorted { $0.row.at < $1.row.at }
        do {
            let report = try await file().write { [self] database in
                try catalog.withLock { catalog in
                    try catalog.begin(database)
                    var writing = SampleWriting(database, plan.path, window: window.milliseconds)
                    for (row, node) in ordered { try writing.append(row, node: node, &catalog) }
                    return writing.report
                }
            }
            appended.withLock { $0.add(report) }
            return report
        } catch {
            // The transaction is undone, and with it every number the catalog learned in it.
            catalog.withLock { $0 = SeriesCatalog() }
            throw error
        }
    }

    package func latest(of nodes: [NodeName]) async throws -> [NodeName: PollRecord] {
        let targets = try await targets.current()
        return try await file().read { [self] database in
            var journal = JournalReader(database, plan.path)
            var found: [NodeName: PollRecord] = [:]
            for name in nodes {
                guard let target = targets[name] else { continue }
                var newest: SourceBlock.Row?
                for source in try Self.sources(of: target.node, database) {
                    guard let row = try journal.row(of: source, at: nil)?.row else { continue }
                    if row.time > newest?.time ?? .min { newest = row }
                }
                if let newest { found[name] = try poll(newest, name, database) }
            }
            return found
        }
    }

    package func history(_ metric: String, labels: [Sample.Label], of node: NodeName, since: Timestamp) async throws
        -> [(at: Timestamp, value: Double)]
    {
        guard let number = try await targets.current()[node]?.node else { return [] }
        let key = SeriesKey(metric, labels.sorted { $0.key < $1.key })
        let found: [GatheredSamples.Found] = try await file().read { [plan] database in
            let statement = try database.cachedStatement(sql: "SELECT id, metric FROM series WHERE key = ?")
            guard let row = try Row.fetchOne(statement, arguments: [Data(key.key)]) else { return [] }
            var reading = SampleReading(
                database,
                plan.path,
                sources: Set(try Self.sources(of: number, database)),
                families: [row[1]: [row[0]]],
                span: since.milliseconds...Int64.max,
                sampleLimit: .max
            )
            try reading.read(.raw)
            return reading.found
        }
        return found.flatMap { zip($0.times, $0.values) }.filter { !$0.1.isStaleMarker }
            .map { (Timestamp(milliseconds: $0.0), $0.1) }.sorted { $0.0 < $1.0 }
    }

    func close() throws(StateError) {
        let file = opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        try file?.close()
    }

    /// Opened at the first use: `list` and its like need no samples.
    func file() throws(StateError) -> SQLiteFile {
        try opened.withLock { opened throws(StateError) in
            if let file = opened { return file }
            let file = try SQLiteFile.open(plan)
            opened = file
            return file
        }
    }

    private static func sources(of node: Int64, _ database: Database) throws -> [Int64] {
        try Int64.fetchAll(database.cachedStatement(sql: "SELECT id FROM sources WHERE node = ?"), arguments: [node])
    }

    private func poll(_ row: SourceBlock.Row, _ node: NodeName, _ database: Database) throws -> PollRecord {
        let reader = LayoutReader(database: database, path: plan.path)
        let samples = try zip(row.series, row.values).compactMap { series, value -> Sample? in
            guard !value.isStaleMarker else { return nil }
            let key = try key(of: series, reader)
            return Sample(key.name, key.labels, value)
        }
        return PollRecord(node: node, at: Timestamp(milliseconds: row.time), samples: samples)
    }

    /// Numbers are never used again, so what is remembered stays true.
    private func key(of series: Int64, _ reader: LayoutReader) throws -> SeriesKey {
        if let known = keys.withLock({ $0[series] }) { return known }
        let key = try reader.key(of: series)
        keys.withLock { keys in
            if keys.count > 50_000 { keys = [:] }
            keys[series] = key
        }
        return key
    }
}
