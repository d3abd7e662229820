import FleetModel
import Foundation
import GRDB
import TimeSeries

/// One poll as it stands in the journal.
struct JournalRow {
    var moment: Int64
    var layout: Int64
    var body: [UInt8]

    init(_ row: Row) {
        moment = row[0]
        layout = row[1]
        body = [UInt8](row[2] as Data)
    }

    var time: Int64 { PollMoment.time(moment) }

    /// Values behind a layout of their own.
    static func body(_ values: [Double]) -> [UInt8] {
        var packed = PackedValues()
        for value in values { packed.append(value) }
        return packed.bytes
    }

    /// Values with the numbers of their series before them.
    static func body(_ series: [Int64], _ values: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(series.count))
        for number in series { bytes.appendVarint(UInt64(number)) }
        return bytes + body(values)
    }
}

/// Reads journal rows of one database, with the layouts that they refer to.
struct JournalReader {
    let database: Database
    let path: String
    private var layouts: [Int64: [Int64]] = [:]

    init(_ database: Database, _ path: String) {
        self.database = database
        self.path = path
    }

    /// The rows of a source in a span, oldest first.
    mutating func rows(of source: Int64, _ span: ClosedRange<Int64>, most: Int = -1) throws -> [SourceBlock.Row] {
        let sql = "SELECT moment, layout, body FROM journal WHERE moment BETWEEN ? AND ? ORDER BY moment LIMIT ?"
        let cursor = try Row.fetchCursor(
            database.cachedStatement(sql: sql),
            arguments: [
                PollMoment.number(of: source, at: span.lowerBound), PollMoment.number(of: source, at: span.upperBound),
                most,
            ]
        )
        var rows: [SourceBlock.Row] = []
        while let row = try cursor.next() { rows.append(try decoded(JournalRow(row))) }
        return rows
    }

    /// The row of a source at a time, or its newest.
    mutating func row(of source: Int64, at time: Int64?) throws -> (layout: Int64, row: SourceBlock.Row)? {
        let sql =
            "SELECT moment, layout, body FROM journal WHERE moment BETWEEN ? AND ? ORDER BY moment DESC LIMIT 1"
        let span: StatementArguments =
            if let time {
                [PollMoment.number(of: source, at: time), PollMoment.number(of: source, at: time)]
            } else {
                [PollMoment.first(of: source), PollMoment.last(of: source)]
            }
        guard let found = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: span) else { return nil }
        let row = JournalRow(found)
        return (row.layout, try decoded(row))
    }

    /// The series of the rows of a source that are in no layout until they are folded.
    func looseSeries(of source: Int64, _ span: ClosedRange<Int64>) throws -> Set<Int64> {
        let sql = "SELECT moment, layout, body FROM journal WHERE moment BETWEEN ? AND ? AND layout = 0"
        let cursor = try Row.fetchCursor(
            database.cachedStatement(sql: sql),
            arguments: [
                PollMoment.number(of: source, at: span.lowerBound), PollMoment.number(of: source, at: span.upperBound),
            ]
        )
        var found: Set<Int64> = []
        while let row = try cursor.next() {
            var index = 0
            found.formUnion(try ownSeries(JournalRow(row), at: &index))
        }
        return found
    }

    mutating func decoded(_ row: JournalRow) throws -> SourceBlock.Row {
        var index = 0
        let series = try row.layout == 0 ? ownSeries(row, at: &index) : series(of: row.layout)
        var values: [Double] = []
        values.reserveCapacity(series.count)
        for _ in series {
            guard let value = PackedValues.next(in: row.body, at: &index) else { throw damaged(row) }
            values.append(value)
        }
        return SourceBlock.Row(time: row.time, series: series, values: values)
    }

    private func ownSeries(_ row: JournalRow, at index: inout Int) throws -> [Int64] {
        guard let count = row.body.varint(at: &index), count <= UInt64(row.body.count) else { throw damaged(row) }
        return try (0..<count).map { _ in
            guard let number = row.body.varint(at: &index) else { throw damaged(row) }
            return Int64(bitPattern: number)
        }
    }

    private mutating func series(of layout: Int64) throws -> [Int64] {
        if let known = layouts[layout] { return known }
        let series = try LayoutReader(database: database, path: path).numbers(of: layout)
        layouts[layout] = series
        return series
    }

    private func damaged(_ row: JournalRow) -> StateError {
        .damaged(path, because: "row \(row.moment) of journal ends early")
    }
}
