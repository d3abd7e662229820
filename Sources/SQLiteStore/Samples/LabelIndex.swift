import FleetModel
import Foundation
import GRDB
import TimeSeries

/// Which sources and series pass some matchers.
///
/// A label belongs to the source or to the series, never to both. Sources are few and are tested one by one; of the series
/// only those are read that the most selective label leaves.
struct LabelIndex {
    let database: Database
    let path: String

    init(_ database: Database, _ path: String) {
        self.database = database
        self.path = path
    }

    struct Source {
        var id: Int64
        var labels: [Sample.Label]
    }

    /// Series of one metric, by their numbers.
    typealias Family = [Int64: SeriesKey]

    /// What passes: groups of sources, each with the series that may be read of them, by metric.
    func matches(_ matchers: [LabelMatcher]) throws -> [(sources: [Source], families: [Int64: Family])] {
        // Sources that have the same of the asked labels leave the same matchers to their series.
        var groups: [[Bool]: [Source]] = [:]
        var memory = matchers.map { MatcherMemory([$0]) }
        for source in try sources() {
            var own: [Bool] = []
            var passes = true
            for index in matchers.indices {
                let label = source.labels.first { $0.key == matchers[index].name }
                own.append(label != nil)
                if let label, !memory[index].accepts({ _ in label.value }) { passes = false }
            }
            if passes { groups[own, default: []].append(source) }
        }
        return try groups.map { own, sources in
            let left = zip(matchers, own).filter { !$0.1 }.map(\.0)
            return (sources.sorted { $0.id < $1.id }, try families(left))
        }
    }

    /// The numbers of all series that a source had around a span of time.
    func series(of source: Int64, _ span: ClosedRange<Int64>) throws -> Set<Int64> {
        let statement = try database.cachedStatement(
            sql: "SELECT layout FROM seen WHERE source = ? AND first <= ? AND last >= ?"
        )
        let layouts = try Int64.fetchAll(statement, arguments: [source, span.upperBound, span.lowerBound])
        let reader = LayoutReader(database: database, path: path)
        return try layouts.reduce(into: []) { $0.formUnion(try reader.numbers(of: $1)) }
    }

    func sources() throws -> [Source] {
        let rows = try Row.fetchCursor(database.cachedStatement(sql: "SELECT id, labels FROM sources"))
        var sources: [Source] = []
        while let row = try rows.next() {
            guard let key = SeriesKey(key: [UInt8](row[1] as Data)) else {
                throw StateError.damaged(path, because: "row \(row[0] as Int64) of sources is cut short")
            }
            sources.append(Source(id: row[0], labels: key.labels))
        }
        return sources
    }

    private func families(_ matchers: [LabelMatcher]) throws -> [Int64: Family] {
        var memory = MatcherMemory(matchers)
        var families: [Int64: Family] = [:]
        let (sql, arguments) = try candidates(matchers)
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try rows.next() {
            let (id, metric): (Int64, Int64) = (row[0], row[1])
            guard let key = SeriesKey(key: [UInt8](row[2] as Data)) else {
                throw StateError.damaged(path, because: "row \(id) of series is cut short")
            }
            if memory.accepts({ key.value($0) }) { families[metric, default: [:]][id] = key }
        }
        return families
    }

    private static let columns = "SELECT s.id, s.metric, s.key FROM series AS s"

    /// A statement that gives all series that can pass, and as few others as may be.
    private func candidates(_ matchers: [LabelMatcher]) throws -> (String, StatementArguments) {
        var best = (count: Int.max, sql: Self.columns, arguments: StatementArguments())
        for matcher in matchers where !matcher.holds(for: "") {
            let isName = matcher.name == "__name__"
            let numbers = try isName ? metrics(matcher) : pairs(matcher)
            let list = numbers.map(String.init).joined(separator: ",")
            let (table, column) = isName ? ("series", "metric") : ("postings", "pair")
            let limit = min(best.count, 1_000_000_000)
            let count =
                try Int.fetchOne(
                    database,
                    sql: "SELECT count(*) FROM (SELECT 1 FROM \(table) WHERE \(column) IN (\(list)) LIMIT \(limit))"
                ) ?? 0
            guard count < best.count else { continue }
            let sql =
                isName
                ? "\(Self.columns) WHERE s.metric IN (\(list))"
                : "\(Self.columns) WHERE s.id IN (SELECT series FROM postings WHERE pair IN (\(list)))"
            best = (count, sql, [])
        }
        return (best.sql, best.arguments)
    }

    private func metrics(_ matcher: LabelMatcher) throws -> [Int64] {
        if case .equal(let name) = matcher.test {
            let statement = try database.cachedStatement(sql: "SELECT id FROM metrics WHERE name = ?")
            return try Int64.fetchAll(statement, arguments: [name])
        }
        return try accepted(matcher, Row.fetchCursor(database, sql: "SELECT id, name FROM metrics"))
    }

    private func pairs(_ matcher: LabelMatcher) throws -> [Int64] {
        if case .equal(let value) = matcher.test {
            let statement = try database.cachedStatement(
                sql: "SELECT id FROM label_pairs WHERE label = ? AND value = ?"
            )
            return try Int64.fetchAll(statement, arguments: [matcher.name, value])
        }
        let sql = "SELECT id, value FROM label_pairs WHERE label = ?"
        return try accepted(matcher, Row.fetchCursor(database, sql: sql, arguments: [matcher.name]))
    }

    private func accepted(_ matcher: LabelMatcher, _ rows: RowCursor) throws -> [Int64] {
        var numbers: [Int64] = []
        while let row = try rows.next() {
            if matcher.holds(for: row[1]) { numbers.append(row[0]) }
        }
        return numbers
    }
}

extension SeriesKey {
    /// The value of a label, "" where there is none; the name is under `__name__`.
    func value(_ label: String) -> String {
        label == "__name__" ? name : labels.first { $0.key == label }?.value ?? ""
    }

    /// All labels of the series of a source, sorted by bytes.
    func labels(at target: [Sample.Label]) -> [Sample.Label] {
        ([Sample.Label("__name__", name)] + target + labels).sorted { $0.key.isBefore($1.key) }
    }
}
