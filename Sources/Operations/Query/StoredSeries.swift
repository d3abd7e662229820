import FleetModel
import PromQL
import TimeSeries

/// The sample store as PromQL reads it. For `QueryThreads` only: the thread that asks waits for the store.
struct StoredSeries: SeriesSource {
    let store: any SeriesStore
    /// The most samples of one selection.
    let sampleLimit: Int
    /// Before this moment only rollups are kept.
    let rawSince: Timestamp?
    let interruption: @Sendable () -> QueryOptions.Interruption?

    func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws {
        let isOld = rawSince.map { selection.from < $0.milliseconds } ?? false
        var query = SeriesQuery(
            selection.matchers,
            from: Timestamp(milliseconds: selection.from),
            through: Timestamp(milliseconds: selection.through),
            resolution: Self.resolution(of: selection),
            sampleLimit: sampleLimit
        )
        // Where a sample stands for a bucket, its figures are in the bucket and not in the sample.
        if isOld, selection.window >= Resolution.fiveMinutes.milliseconds, selection.function?.stand != nil {
            query.resolution = max(query.resolution, .fiveMinutes)
        }
        let isWhole = isOld || selection.window % max(1, query.resolution.milliseconds) == 0
        guard query.resolution != .raw, isWhole, let stand = selection.function?.stand else {
            query.looks = SeriesQuery.Looks(step: selection.step, window: selection.window)
            let found = try StoreWait.value(until: interruption) { [store, query] in try await store.select(query) }
            return try found.forEach(body)
        }
        let found = try StoreWait.value(until: interruption) { [store, query] in try await store.buckets(query) }
        for rolled in found { try body(rolled.series(query.resolution, stand)) }
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

/// What stands for the samples of a bucket where a function looks at whole buckets.
private enum BucketStand {
    /// One sample with this figure.
    case one((Bucket) -> Double)
    /// As many samples as there were, all of them the mean: they count right, and weigh right.
    case each
}

extension Function {
    fileprivate var stand: BucketStand? {
        switch self {
        case .minOverTime: .one { $0.min }
        case .maxOverTime: .one { $0.max }
        case .sumOverTime: .one { $0.sum }
        case .avgOverTime, .countOverTime: .each
        default: nil
        }
    }
}

extension RolledSeries {
    /// The last sample of a bucket is at its last millisecond.
    fileprivate func series(_ resolution: Resolution, _ stand: BucketStand) -> Series {
        let width = max(1, resolution.milliseconds)
        var series = Series(labels: labels)
        for bucket in buckets {
            switch stand {
            case .one(let figure):
                series.times.append(bucket.start + width - 1)
                series.values.append(figure(bucket))
            case .each:
                // A bucket has a millisecond for each sample at the most.
                let count = min(max(bucket.count, 1), width)
                for place in 1...count {
                    series.times.append(bucket.start + place * width / count - 1)
                    series.values.append(bucket.sum / Double(bucket.count))
                }
            }
        }
        return series
    }
}
