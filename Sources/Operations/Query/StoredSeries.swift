import FleetModel
import PromQL
import TimeSeries

/// The sample store as PromQL reads it. For `QueryThreads` only: the thread that asks waits for the store.
struct StoredSeries: SeriesSource {
    let store: any SeriesStore
    /// The most samples of one selection.
    let sampleLimit: Int
    let interruption: @Sendable () -> QueryOptions.Interruption?

    func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws {
        let query = SeriesQuery(
            selection.matchers,
            from: Timestamp(milliseconds: selection.from),
            through: Timestamp(milliseconds: selection.through),
            resolution: Self.resolution(of: selection),
            sampleLimit: sampleLimit
        )
        guard query.resolution != .raw, let figure = selection.function?.figureOfBucket,
            selection.window % query.resolution.milliseconds == 0
        else {
            let found = try StoreWait.value(until: interruption) { [store] in try await store.select(query) }
            return try found.forEach(body)
        }
        let found = try StoreWait.value(until: interruption) { [store] in try await store.buckets(query) }
        for rolled in found { try body(rolled.series(query.resolution, figure)) }
    }

    /// Coarse only where the answer stays the one of the samples: for counters, for the latest value, and where buckets
    /// hold the figure.
    static func resolution(of selection: Selection) -> Resolution {
        switch selection.function {
        case nil:
            let coarsest = Resolution.coarsest(step: selection.step, window: nil)
            // A bucket's sample may lie anywhere in it.
            return Resolution.allCases.filter { $0 <= coarsest && $0.milliseconds * 2 <= selection.window }.max()
                ?? .raw
        case .rate, .increase, .lastOverTime, .presentOverTime, .minOverTime, .maxOverTime, .sumOverTime:
            return Resolution.coarsest(step: selection.step, window: selection.window)
        default: return .raw
        }
    }
}

extension Function {
    /// The figure of a bucket that stands for all its samples when this function looks at whole buckets.
    fileprivate var figureOfBucket: ((Bucket) -> Double)? {
        switch self {
        case .minOverTime: { $0.min }
        case .maxOverTime: { $0.max }
        case .sumOverTime: { $0.sum }
        default: nil
        }
    }
}

extension RolledSeries {
    /// One sample for each bucket, at its last millisecond.
    fileprivate func series(_ resolution: Resolution, _ figure: (Bucket) -> Double) -> Series {
        Series(
            labels: labels,
            times: buckets.map { $0.start + max(resolution.milliseconds, 1) - 1 },
            values: buckets.map(figure)
        )
    }
}
