import FleetModel
import Foundation
import GRDB
import TimeSeries

/// Makes the rollups of one day of one source from its chunks, inside one transaction.
struct SampleRolling {
    let database: Database
    let path: String
    private let chunks: ChunkReader

    init(_ database: Database, _ path: String) {
        self.database = database
        self.path = path
        self.chunks = ChunkReader(database, path)
    }

    func roll(day: Int64, _ source: Int64) throws {
        let samples = try samples(day, source)
        guard !samples.isEmpty else { return try finish(day, source) }
        var fine: [Int64: [Int64: Rollup]] = [:]
        for (metric, series) in samples {
            let isCounter = try isCounter(metric)
            fine[metric] = series.mapValues {
                Rollup(.fiveMinutes, times: $0.times, values: $0.values, isCounter: isCounter)
            }
        }
        try keep(fine, .fiveMinutes, day, source)
        for (metric, series) in fine {
            let isCounter = try isCounter(metric)
            fine[metric] = series.mapValues { $0.widened(to: .hour, isCounter: isCounter) }
        }
        try keep(fine, .hours, day, source)
        try finish(day, source)
    }

    private typealias Samples = (times: [Int64], values: [Double])

    /// By metric and series.
    private func samples(_ day: Int64, _ source: Int64) throws -> [Int64: [Int64: Samples]] {
        var found: [Int64: [Int64: Samples]] = [:]
        for start in stride(from: day * Tier.day, to: (day + 1) * Tier.day, by: Int(Tier.raw.span)) {
            let block = Tier.raw.block(of: start)
            guard let directory = try chunks.directory(.raw, block, source) else { continue }
            for metric in directory.metrics {
                let key = BlockKey(block, metric, source)
                guard let bytes = try chunks.bytes(.raw, key) else { throw chunks.missing(.raw, key) }
                let family = try chunks.reading(.raw, key) {
                    try FamilyBytes.open(bytes, moments: directory.times.count)
                }
                for (series, column) in family {
                    let times = column.places.map { directory.times[Int($0)] }
                    found[metric, default: [:]][series, default: ([], [])].times += times
                    found[metric, default: [:]][series, default: ([], [])].values += column.values
                }
            }
        }
        return found
    }

    /// Puts a day's rollups beside those of the other days in the same rows; the day's old ones give way where there are
    /// new ones.
    private func keep(_ families: [Int64: [Int64: Rollup]], _ tier: Tier, _ day: Int64, _ source: Int64) throws {
        let block = tier.block(of: day * Tier.day)
        let old = try chunks.directory(tier, block, source)
        var whole: [Int64: [Int64: Rollup]] = families
        for metric in old?.metrics ?? [] {
            let before = try rollups(tier, BlockKey(block, metric, source), old?.times ?? [])
            whole[metric, default: [:]].merge(before) { new, old in
                old.replaced(by: new, from: new.start(tier), to: (day + 1) * Tier.day)
            }
        }
        let moments = Self.commonest(whole)
        let directory = BlockDirectory(times: moments, metrics: whole.keys.sorted())
        try store(tier, BlockKey(block, 0, source), directory.sealed())
        for (metric, series) in whole {
            let bytes = RollupBytes.seal(series, tier.resolution, moments: moments)
            try store(tier, BlockKey(block, metric, source), bytes)
        }
    }

    private func rollups(_ tier: Tier, _ key: BlockKey, _ moments: [Int64]) throws -> [Int64: Rollup] {
        guard let bytes = try chunks.bytes(tier, key) else { throw chunks.missing(tier, key) }
        return try chunks.reading(tier, key) { try RollupBytes.open(bytes, tier.resolution, moments: moments) }
    }

    /// The times of the longest series: most others have the same.
    private static func commonest(_ families: [Int64: [Int64: Rollup]]) -> [Int64] {
        var votes: [[Int64]: Int] = [:]
        for series in families.values {
            for rollup in series.values.prefix(3) { votes[rollup.times, default: 0] += 1 }
        }
        return votes.max { ($0.value, $0.key.count) < ($1.value, $1.key.count) }?.key ?? []
    }

    private func store(_ tier: Tier, _ key: BlockKey, _ bytes: [UInt8]) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO \(tier.table) (key, body) VALUES (?, ?)")
            .execute(arguments: [key.number, Data(bytes)])
    }

    private func finish(_ day: Int64, _ source: Int64) throws {
        try database.cachedStatement(sql: "DELETE FROM pending_days WHERE day = ? AND source = ?")
            .execute(arguments: [day, source])
    }

    /// By the name, as OpenMetrics has it.
    private func isCounter(_ metric: Int64) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT name FROM metrics WHERE id = ?")
        let name = try String.fetchOne(statement, arguments: [metric]) ?? ""
        return ["_total", "_count", "_sum", "_bucket"].contains { name.hasSuffix($0) }
    }
}

extension Rollup {
    /// Where the first bucket begins that it knows.
    fileprivate func start(_ tier: Tier) -> Int64 {
        buckets.first?.start ?? times.first.map { $0 - $0 % tier.resolution.milliseconds } ?? 0
    }
}
