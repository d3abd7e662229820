import FleetModel
import Foundation
import GRDB
import Operations
import TimeSeries

/// Puts rows into the journal, inside one transaction.
struct SampleWriting {
    let database: Database
    let path: String
    /// Milliseconds behind a source's newest moment in which late samples are still taken.
    let window: Int64
    private(set) var report = AppendReport()
    private var journal: JournalReader

    init(_ database: Database, _ path: String, window: Int64) {
        self.database = database
        self.path = path
        self.window = window
        self.journal = JournalReader(database, path)
    }

    mutating func append(_ row: SampleRow, node: Int64?, _ catalog: inout SeriesCatalog) throws {
        guard !row.samples.isEmpty else { return }
        let time = row.at.milliseconds
        guard PollMoment.times.contains(time) else { return report.outsideTime += row.samples.count }
        let source = try catalog.source(row.target, node: node, in: database)
        let newest = try newest(of: source)
        if let newest, time <= PollMoment.time(newest.moment) {
            guard PollMoment.time(newest.moment) - time <= window else { return report.tooOld += row.samples.count }
            return try appendLate(row, source, &catalog)
        }
        report.stored += row.samples.count
        guard row.isWhole else {
            let series = try catalog.numbers(of: row.samples, row.target, in: database)
            let (numbers, values) = Self.withoutRepeats(series, row.samples.map(\.value))
            return try insert(source, time, 0, JournalRow.body(numbers, values))
        }
        let layout = try catalog.layout(of: row.samples, (source, row.target), at: time, in: database)
        let values = layout.places.map { $0.map { row.samples[$0].value } } ?? row.samples.map(\.value)
        if let newest, newest.layout != layout.id, let gone = try vanished(source, layout.series) {
            let markers = Array(repeating: Double.staleMarker, count: gone.count)
            try insert(source, time, 0, JournalRow.body(layout.series + gone, values + markers))
        } else {
            try insert(source, time, layout.id, JournalRow.body(values))
        }
    }

    private func newest(of source: Int64) throws -> (moment: Int64, layout: Int64)? {
        let sql = "SELECT moment, layout FROM journal WHERE moment BETWEEN ? AND ? ORDER BY moment DESC LIMIT 1"
        let span: StatementArguments = [PollMoment.first(of: source), PollMoment.last(of: source)]
        return try Row.fetchOne(database.cachedStatement(sql: sql), arguments: span).map { ($0[0], $0[1]) }
    }

    /// The series that the newest row has and this layout has not: they end here.
    private mutating func vanished(_ source: Int64, _ series: [Int64]) throws -> [Int64]? {
        guard let last = try journal.row(of: source, at: nil) else { return nil }
        let present = Set(series)
        let living = zip(last.row.series, last.row.values).filter { !$0.1.isStaleMarker && !present.contains($0.0) }
        return living.isEmpty ? nil : living.map(\.0)
    }

    private mutating func appendLate(_ row: SampleRow, _ source: Int64, _ catalog: inout SeriesCatalog) throws {
        let time = row.at.milliseconds
        let series = try catalog.numbers(of: row.samples, row.target, in: database)
        var known = try stored(source, time)
        var (numbers, values): ([Int64], [Double]) = ([], [])
        for (number, sample) in zip(series, row.samples) {
            if let other = known[number] {
                if other.bitPattern == sample.value.bitPattern { report.repeated += 1 } else { report.conflicting += 1 }
                continue
            }
            known[number] = sample.value
            numbers.append(number)
            values.append(sample.value)
        }
        guard !numbers.isEmpty else { return }
        report.stored += numbers.count
        let before = try journal.row(of: source, at: time)?.row
        try insert(
            source,
            time,
            0,
            JournalRow.body((before?.series ?? []) + numbers, (before?.values ?? []) + values)
        )
    }

    /// Everything that a source has at one moment, folded or not.
    private mutating func stored(_ source: Int64, _ time: Int64) throws -> [Int64: Double] {
        var found: [Int64: Double] = [:]
        if let row = try journal.row(of: source, at: time)?.row {
            for (series, value) in zip(row.series, row.values) where found[series] == nil { found[series] = value }
        }
        let block = try ChunkReader(database, path).block(of: source, at: time)
        guard let place = block.times.firstIndex(of: time) else { return found }
        for (series, column) in block.columns {
            guard let index = column.places.firstIndex(of: Int32(place)) else { continue }
            found[series] = column.values[index]
        }
        return found
    }

    private func insert(_ source: Int64, _ time: Int64, _ layout: Int64, _ body: [UInt8]) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO journal (moment, layout, body) VALUES (?, ?, ?)")
            .execute(arguments: [PollMoment.number(of: source, at: time), layout, Data(body)])
    }

    private static func withoutRepeats(_ series: [Int64], _ values: [Double]) -> ([Int64], [Double]) {
        var taken: Set<Int64> = []
        let places = series.indices.filter { taken.insert(series[$0]).inserted }
        return places.count == series.count ? (series, values) : (places.map { series[$0] }, places.map { values[$0] })
    }
}
