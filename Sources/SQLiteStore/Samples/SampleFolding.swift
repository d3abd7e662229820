import FleetModel
import Foundation
import GRDB
import TimeSeries

/// Folds the journal of one source into chunks, inside one transaction: a crash leaves all of it or nothing.
///
/// The newest row stays in the journal: it is the source's last poll, and it says how a new one continues.
struct SampleFolding {
    let database: Database
    let path: String
    /// Numbers of metrics by numbers of series; what is missing is read.
    private var metrics: [Int64: Int64]
    private static let rowsAtOnce = 480

    init(_ database: Database, _ path: String) {
        self.database = database
        self.path = path
        self.metrics = [:]
    }

    /// - Returns: true when there is more to fold: an import may bring years at once.
    mutating func fold(_ source: Int64) throws -> Bool {
        var journal = JournalReader(database, path)
        guard let newest = try journal.row(of: source, at: nil)?.row.time, newest > 0 else { return false }
        let rows = try journal.rows(of: source, 0...(newest - 1), most: Self.rowsAtOnce)
        guard let first = rows.first, let last = rows.last else { return false }
        var start = rows.startIndex
        while start < rows.endIndex {
            let block = Tier.raw.block(of: rows[start].time)
            let end = rows[start...].firstIndex { Tier.raw.block(of: $0.time) != block } ?? rows.endIndex
            try fold(Array(rows[start..<end]), source, block)
            start = end
        }
        try database.cachedStatement(sql: "DELETE FROM journal WHERE moment BETWEEN ? AND ?").execute(
            arguments: [PollMoment.number(of: source, at: first.time), PollMoment.number(of: source, at: last.time)]
        )
        return rows.count == Self.rowsAtOnce
    }

    private mutating func fold(_ rows: [SourceBlock.Row], _ source: Int64, _ block: Int64) throws {
        let time = rows[0].time
        var whole = try ChunkReader(database, path).block(of: source, at: time)
        whole.merge(rows)
        var families: [Int64: [Int64: SourceBlock.Column]] = [:]
        for (series, column) in whole.columns { families[try metric(of: series), default: [:]][series] = column }
        let directory = BlockDirectory(times: whole.times, metrics: families.keys.sorted())
        try store(directory.sealed(), BlockKey(block, 0, source))
        for metric in directory.metrics {
            let bytes = FamilyBytes.seal(families[metric] ?? [:], moments: whole.times.count)
            try store(bytes, BlockKey(block, metric, source))
        }
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO pending_days (day, source) VALUES (?, ?)")
            .execute(arguments: [time / Tier.day, source])
        try noteLooseSeries(rows, source)
    }

    /// Rows without a layout are in no list of what the source has: their series get one together.
    private func noteLooseSeries(_ rows: [SourceBlock.Row], _ source: Int64) throws {
        let known = try LabelIndex(database, path).series(of: source, 0...Int64.max)
        let loose = Set(rows.flatMap(\.series)).subtracting(known).sorted()
        guard !loose.isEmpty else { return }
        let layout = try SeriesCatalog.layout(loose, in: database)
        for row in [rows[0], rows[rows.count - 1]] {
            try SeriesCatalog.note(layout, of: source, at: row.time, in: database)
        }
    }

    private func store(_ bytes: [UInt8], _ key: BlockKey) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO chunks (key, body) VALUES (?, ?)")
            .execute(arguments: [key.number, Data(bytes)])
    }

    private mutating func metric(of series: Int64) throws -> Int64 {
        if let known = metrics[series] { return known }
        let statement = try database.cachedStatement(sql: "SELECT metric FROM series WHERE id = ?")
        guard let metric = try Int64.fetchOne(statement, arguments: [series]) else {
            throw StateError.damaged(path, because: "row \(series) of series is missing")
        }
        metrics[series] = metric
        return metric
    }
}
