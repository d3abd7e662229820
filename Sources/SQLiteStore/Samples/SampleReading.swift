import FleetModel
import Foundation
import GRDB
import Operations
import TimeSeries

/// Reads the samples of chosen sources and series of one consistent moment of the database.
///
/// Each day of each source is read in one resolution: the wanted one where it is kept, else the nearest.
struct SampleReading {
    let database: Database
    let path: String
    let sources: Set<Int64>
    let families: [Int64: Set<Int64>]
    let span: ClosedRange<Int64>
    /// Where samples are looked at, from the wanted beginning on; nil for everywhere.
    let looks: SeriesQuery.Looks?
    private let origin: Int64
    /// Then samples are only those of days without buckets.
    let wantsBuckets: Bool
    private let chunks: ChunkReader
    private var covered: Set<Place> = []
    private var gathered: GatheredSamples

    typealias Place = GatheredSamples.Place

    /// What was found, series by series.
    var found: [GatheredSamples.Found] { gathered.all }

    init(
        _ database: Database,
        _ path: String,
        sources: Set<Int64>,
        families: [Int64: Set<Int64>],
        span: ClosedRange<Int64>,
        sampleLimit: Int,
        looks: SeriesQuery.Looks? = nil,
        wantsBuckets: Bool = false
    ) {
        self.database = database
        self.path = path
        self.sources = sources
        self.families = families
        let end = PollMoment.times.upperBound - 1
        let start = min(max(0, span.lowerBound), end)
        self.span = start...max(start, min(span.upperBound, end))
        self.looks = looks
        self.origin = span.lowerBound
        self.gathered = GatheredSamples(limit: sampleLimit)
        self.wantsBuckets = wantsBuckets
        self.chunks = ChunkReader(database, path)
    }

    mutating func read(_ resolution: Resolution) throws {
        guard !sources.isEmpty, !families.isEmpty else { return }
        let floor = try Int64.fetchOne(database, sql: "SELECT value FROM settings WHERE key = 'raw_floor'") ?? 0
        // Of the day in which raw samples begin, rollups tell the whole.
        let firstWholeDay = (floor + Tier.day - 1) / Tier.day * Tier.day
        switch resolution {
        case .raw:
            try read(.raw, from: firstWholeDay)
            try read(.fiveMinutes, from: 0)
            try read(.hours, from: 0)
        case .fiveMinutes:
            try read(.fiveMinutes, from: 0)
            try read(.hours, from: 0)
        case .hour:
            try read(.hours, from: 0)
            try read(.fiveMinutes, from: 0)
        }
        try read(.raw, from: floor)
        if floor <= span.upperBound { try readJournal(max(floor, span.lowerBound)...span.upperBound) }
        gathered.settle()
    }

    private mutating func read(_ tier: Tier, from start: Int64) throws {
        guard start <= span.upperBound else { return }
        let span = max(start, span.lowerBound)...span.upperBound
        var days: Set<Place> = []
        for block in try blocks(tier, span) {
            guard hasGap(tier, block, span) else { continue }
            let directories = try directories(tier, block)
            guard !directories.isEmpty else { continue }
            for (source, directory) in directories {
                for time in Self.oneOfEachDay(directory.times) { days.insert(Place(source: source, of: time)) }
            }
            let seen = directories.reduce(into: [Int64: SeenMoments]()) { seen, entry in
                seen[entry.key] = seenMoments(entry.value.times, of: entry.key, span)
            }
            for (metric, wanted) in families {
                let keys = directories.count == sources.count && sources.count > 16 ? nil : directories.keys.sorted()
                try rows(tier, block, metric, keys) { reading, source, bytes in
                    guard let directory = directories[source], let seen = seen[source] else { return }
                    let key = BlockKey(block, metric, source)
                    if tier.resolution == .raw {
                        try reading.takeChunk(bytes, key, directory.times, wanted, seen)
                    } else {
                        try reading.takeRollups(bytes, tier, key, directory.times, wanted, span)
                    }
                }
            }
        }
        covered.formUnion(days)
    }

    /// The stretches of the span from the first to the last that anything is stored of: a span may reach to the end of time.
    private func blocks(_ tier: Tier, _ span: ClosedRange<Int64>) throws -> Range<Int64> {
        let table = tier.table
        let statement = try database.cachedStatement(
            sql: "SELECT (SELECT min(key) FROM \(table)), (SELECT max(key) FROM \(table))"
        )
        guard let ends = try Row.fetchOne(statement), let first = ends[0] as Int64?, let last = ends[1] as Int64? else {
            return 0..<0
        }
        let start = max(tier.block(of: span.lowerBound), BlockKey(first).block)
        return start..<max(start, min(tier.block(of: span.upperBound), BlockKey(last).block) + 1)
    }

    /// False when every day of the block is covered for every source: then it need not be read.
    private func hasGap(_ tier: Tier, _ block: Int64, _ span: ClosedRange<Int64>) -> Bool {
        guard !covered.isEmpty else { return true }
        let first = max(block * tier.span, span.lowerBound) / Tier.day
        let last = min((block + 1) * tier.span - 1, span.upperBound) / Tier.day
        return (first...last).contains { day in sources.contains { !covered.contains(Place(source: $0, of: day)) } }
    }

    private mutating func directories(_ tier: Tier, _ block: Int64) throws -> [Int64: BlockDirectory] {
        var found: [Int64: BlockDirectory] = [:]
        let keys = sources.count > 16 ? nil : sources.sorted()
        try rows(tier, block, 0, keys) { reading, source, bytes in
            let key = BlockKey(block, 0, source)
            found[source] = try reading.chunks.reading(tier, key) { try BlockDirectory(bytes) }
        }
        return found
    }

    /// The rows of one metric: of these sources one by one, or of all in one sweep.
    private mutating func rows(
        _ tier: Tier,
        _ block: Int64,
        _ metric: Int64,
        _ keys: [Int64]?,
        _ body: (inout SampleReading, Int64, [UInt8]) throws -> Void
    ) throws {
        if let keys {
            for source in keys {
                if let bytes = try chunks.bytes(tier, BlockKey(block, metric, source)) {
                    try body(&self, source, bytes)
                }
            }
            return
        }
        let range = BlockKey.sources(block, metric)
        let cursor = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT key, body FROM \(tier.table) WHERE key BETWEEN ? AND ?"),
            arguments: [range.lowerBound, range.upperBound]
        )
        while let row = try cursor.next() {
            let source = BlockKey(row[0]).source
            guard sources.contains(source) else { continue }
            try row.withUnsafeData(atIndex: 1) { try body(&self, source, [UInt8]($0 ?? Data())) }
        }
    }

    private mutating func takeChunk(
        _ bytes: [UInt8],
        _ key: BlockKey,
        _ moments: [Int64],
        _ wanted: Set<Int64>,
        _ seen: SeenMoments
    ) throws {
        var columns: [(series: Int64, places: [Int32]?, values: [Double])] = []
        try chunks.reading(.raw, key) {
            try FamilyBytes.forEach(bytes, moments: moments.count, wanted: wanted.contains) {
                columns.append(($0, $1, $2))
            }
        }
        for column in columns {
            let place = Place(source: key.source, of: column.series)
            try gathered.add(place, moments, column.places, column.values, seen: seen)
        }
    }

    private mutating func takeRollups(
        _ bytes: [UInt8],
        _ tier: Tier,
        _ key: BlockKey,
        _ moments: [Int64],
        _ wanted: Set<Int64>,
        _ span: ClosedRange<Int64>
    ) throws {
        let rollups = try chunks.reading(tier, key) {
            try RollupBytes.open(bytes, tier.resolution, moments: moments) { wanted.contains($0) }
        }
        let width = tier.resolution.milliseconds
        for (series, rollup) in rollups {
            let place = Place(source: key.source, of: series)
            if !wantsBuckets {
                let seen = seenMoments(rollup.times, of: key.source, span)
                try gathered.add(place, rollup.times, nil, rollup.values, seen: seen)
            }
            let buckets = rollup.buckets.filter {
                $0.start + width > span.lowerBound && $0.start <= span.upperBound
                    && !covered.contains(Place(source: key.source, of: $0.start / Tier.day))
            }
            gathered.add(place, buckets)
        }
    }

    /// The moments inside of the span and of the looks, on days that are not covered.
    private func seenMoments(_ times: [Int64], of source: Int64, _ span: ClosedRange<Int64>) -> SeenMoments {
        SeenMoments(times) { time in
            guard span.contains(time) else { return false }
            if let looks, (time &- origin) % looks.step >= looks.window { return false }
            return covered.isEmpty || !covered.contains(Place(source: source, of: time / Tier.day))
        }
    }

    private mutating func readJournal(_ span: ClosedRange<Int64>) throws {
        covered = []
        var journal = JournalReader(database, path)
        let wanted = families.values.reduce(into: Set<Int64>()) { $0.formUnion($1) }
        for source in sources.sorted() {
            for row in try journal.rows(of: source, span) {
                for (series, value) in zip(row.series, row.values) where wanted.contains(series) {
                    try gathered.add(Place(source: source, of: series), row.time, value)
                }
            }
        }
    }

    private static func oneOfEachDay(_ times: [Int64]) -> [Int64] {
        var days: [Int64] = []
        for time in times where days.last != time / Tier.day { days.append(time / Tier.day) }
        return days
    }
}
