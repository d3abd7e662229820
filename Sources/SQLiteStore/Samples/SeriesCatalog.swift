import FleetModel
import Foundation
import GRDB

/// Numbers for sources, series and layouts (the series of a poll, in order), remembered so that a usual poll costs no look-up.
///
/// What it remembers is true only if the transaction that learned it is committed: after a failed one, make a new catalog.
struct SeriesCatalog {
    private var generation: Int64?
    private var sources: [[Sample.Label]: Int64] = [:]
    private var lastLayouts: [Int64: Remembered] = [:]
    private var series: [SeriesKey: Int64] = [:]
    private var metrics: [String: Int64] = [:]
    /// The series of layouts, so that nodes with the same one hold them once.
    private var shared: [Int64: [Int64]] = [:]
    private static let seriesLimit = 20_000
    static let hour: Int64 = 3_600_000

    /// A layout, and which samples of a poll it takes: all but those told twice.
    struct Layout {
        var id: Int64
        var series: [Int64]
        /// Nil when it takes all.
        var places: [Int]?
    }

    private struct Remembered {
        /// Of all names and labels, with the seed of this process: no node can aim at another layout's.
        var hash: Int
        var layout: Layout
        var hour: Int64
    }

    /// Call once at the start of each transaction.
    mutating func begin(_ database: Database) throws {
        let current = try Int64.fetchOne(database.cachedStatement(sql: "SELECT number FROM generation WHERE one = 1"))
        if current != generation { self = SeriesCatalog() }
        if series.count > Self.seriesLimit { (series, metrics, shared) = ([:], [:], [:]) }
        generation = current
    }

    mutating func source(_ labels: [Sample.Label], node: Int64?, in database: Database) throws -> Int64 {
        if let known = sources[labels] { return known }
        let id = try database.number(
            """
            INSERT INTO sources (node, labels) VALUES (?, ?)
            ON CONFLICT (labels) DO UPDATE SET node = coalesce(excluded.node, node) RETURNING id
            """,
            [node, Data(SeriesKey("", labels).key)]
        )
        sources[labels] = id
        return id
    }

    mutating func layout(
        of samples: [Sample],
        _ target: (source: Int64, labels: [Sample.Label]),
        at time: Int64,
        in database: Database
    ) throws -> Layout {
        let hash = Self.hash(samples)
        let hour = time / Self.hour
        let last = lastLayouts[target.source]
        if let last, last.hash == hash, last.hour == hour { return last.layout }
        let layout: Layout
        if let last, last.hash == hash {
            layout = last.layout
        } else {
            layout = try stored(numbers(of: samples, target.labels, in: database), in: database)
        }
        try Self.note(layout.id, of: target.source, at: time, in: database)
        lastLayouts[target.source] = Remembered(hash: hash, layout: layout, hour: hour)
        return layout
    }

    /// The numbers of the series; a sample's own label that the target has too is set aside under another name.
    mutating func numbers(of samples: [Sample], _ target: [Sample.Label], in database: Database) throws -> [Int64] {
        let reserved = Set(target.map(\.key) + ["__name__"])
        return try samples.map { sample in
            guard sample.labels.contains(where: { reserved.contains($0.key) || $0.value.isEmpty }) else {
                return try number(of: SeriesKey(sample.name, sample.labels), in: database)
            }
            let own = sample.labels.filter { !$0.value.isEmpty }
            var taken = reserved.union(own.map(\.key))
            let labels = own.map { label in
                guard reserved.contains(label.key) else { return label }
                var key = label.key
                while !taken.insert(key).inserted { key = "exported_" + key }
                return Sample.Label(key, label.value)
            }
            return try number(of: SeriesKey(sample.name, labels.sorted { $0.key < $1.key }), in: database)
        }
    }

    /// Remembers that a source has a layout at a time.
    static func note(_ layout: Int64, of source: Int64, at time: Int64, in database: Database) throws {
        let start = time - time % hour
        try database.cachedStatement(
            sql: """
                INSERT INTO seen (source, layout, first, last) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)
                """
        ).execute(arguments: [source, layout, start, start + hour])
    }

    /// The number of a layout, new or known.
    static func layout(_ series: [Int64], in database: Database) throws -> Int64 {
        var packed: [UInt8] = []
        series.forEach { packed.appendVarint(UInt64($0)) }
        let known = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT id FROM layouts WHERE series = ?"),
            arguments: [Data(packed)]
        )
        return try known ?? database.number("INSERT INTO layouts (series) VALUES (?) RETURNING id", [Data(packed)])
    }

    private mutating func stored(_ numbers: [Int64], in database: Database) throws -> Layout {
        var taken: Set<Int64> = []
        let places = numbers.indices.filter { taken.insert(numbers[$0]).inserted }
        let series = places.map { numbers[$0] }
        let id = try Self.layout(series, in: database)
        let held = shared[id] ?? series
        shared[id] = held
        return Layout(id: id, series: held, places: places.count == numbers.count ? nil : places)
    }

    private mutating func number(of key: SeriesKey, in database: Database) throws -> Int64 {
        if let known = series[key] { return known }
        let bytes = Data(key.key)
        let select = try database.cachedStatement(sql: "SELECT id FROM series WHERE key = ?")
        let id = try Int64.fetchOne(select, arguments: [bytes]) ?? enter(key, bytes, in: database)
        series[key] = id
        return id
    }

    private mutating func enter(_ key: SeriesKey, _ bytes: Data, in database: Database) throws -> Int64 {
        let metric = try metrics[key.name] ?? Self.entry("metrics", ["name": key.name], in: database)
        metrics[key.name] = metric
        let id = try database.number("INSERT INTO series (metric, key) VALUES (?, ?) RETURNING id", [metric, bytes])
        for label in key.labels {
            let pair = try Self.entry("label_pairs", ["label": label.key, "value": label.value], in: database)
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO postings (pair, series) VALUES (?, ?)")
                .execute(arguments: [pair, id])
        }
        return id
    }

    /// The number of a row that is made where it is not there.
    private static func entry(_ table: String, _ texts: KeyValuePairs<String, String>, in database: Database) throws
        -> Int64
    {
        let arguments = StatementArguments(texts.map(\.value))
        let test = texts.map { "\($0.key) = ?" }.joined(separator: " AND ")
        let select = try database.cachedStatement(sql: "SELECT id FROM \(table) WHERE \(test)")
        if let known = try Int64.fetchOne(select, arguments: arguments) { return known }
        let columns = texts.map(\.key).joined(separator: ", ")
        let marks = texts.map { _ in "?" }.joined(separator: ", ")
        return try database.number("INSERT INTO \(table) (\(columns)) VALUES (\(marks)) RETURNING id", arguments)
    }

    private static func hash(_ samples: [Sample]) -> Int {
        var hasher = Hasher()
        hasher.combine(samples.count)
        for sample in samples {
            hasher.combine(sample.name)
            for label in sample.labels {
                hasher.combine(label.key)
                hasher.combine(label.value)
            }
            hasher.combine(sample.labels.count)
        }
        return hasher.finalize()
    }
}

extension Database {
    /// The one number that a statement gives.
    func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64 {
        guard let number = try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "no number came back")
        }
        return number
    }
}
