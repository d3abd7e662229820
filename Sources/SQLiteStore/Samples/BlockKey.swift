import FleetModel
import TimeSeries

/// Where the bytes of a resolution are, and how much time one row of them covers.
struct Tier {
    let resolution: Resolution
    let table: String
    /// Milliseconds.
    let span: Int64

    static let raw = Tier(resolution: .raw, table: "chunks", span: 7_200_000)
    static let fiveMinutes = Tier(resolution: .fiveMinutes, table: "rollups_5m", span: day)
    static let hours = Tier(resolution: .hour, table: "rollups_1h", span: 16 * day)
    static let day: Int64 = 86_400_000

    static func of(_ resolution: Resolution) -> Tier {
        switch resolution {
        case .raw: raw
        case .fiveMinutes: fiveMinutes
        case .hour: hours
        }
    }

    func block(of time: Int64) -> Int64 { time / span }
}

/// The key of a row of chunks: stretch of time, metric, source.
struct BlockKey {
    var block: Int64
    var metric: Int64
    var source: Int64

    private static let sourceBits: Int64 = 21
    private static let metricBits: Int64 = 22

    init(_ block: Int64, _ metric: Int64, _ source: Int64) {
        (self.block, self.metric, self.source) = (block, metric, source)
    }

    init(_ number: Int64) {
        source = number & (1 << Self.sourceBits - 1)
        metric = number >> Self.sourceBits & (1 << Self.metricBits - 1)
        block = number >> (Self.sourceBits + Self.metricBits)
    }

    var number: Int64 { (block << Self.metricBits | metric) << Self.sourceBits | source }

    /// The keys of all sources for one metric.
    static func sources(_ block: Int64, _ metric: Int64) -> ClosedRange<Int64> {
        BlockKey(block, metric, 0).number...BlockKey(block, metric, 1 << sourceBits - 1).number
    }

    /// The first key of a stretch of time.
    static func first(of block: Int64) -> Int64 { BlockKey(block, 0, 0).number }
}
