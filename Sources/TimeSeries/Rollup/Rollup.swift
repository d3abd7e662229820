import FleetModel

/// How finely time is kept: every sample, or what was in each five minutes or hour.
package enum Resolution: Int, Comparable, Sendable, CaseIterable {
    case raw = 0
    case fiveMinutes = 300_000
    case hour = 3_600_000

    /// The width of a bucket in milliseconds; 0 for raw samples.
    package var milliseconds: Int64 { Int64(rawValue) }

    package static func < (left: Resolution, right: Resolution) -> Bool { left.rawValue < right.rawValue }

    /// The coarsest one that a range query cannot tell from raw samples: at least four buckets to a window, and a bucket no
    /// wider than a fifth of a step.
    ///
    /// - Parameters:
    ///   - step: milliseconds between two points; 0 for an instant query.
    ///   - window: the range of the selector in milliseconds; nil where it is an instant selector with its look-back.
    /// - Returns: a resolution; with another than raw, an instant selector's look-back has to be two buckets at least.
    package static func coarsest(step: Int64, window: Int64?) -> Resolution {
        let usable = allCases.filter { $0.milliseconds * 5 <= step && $0.milliseconds * 4 <= window ?? .max }
        return usable.max() ?? .raw
    }
}

/// What a series did in one stretch of time. Stale markers count for nothing.
package struct Bucket: Hashable, Sendable {
    /// Where it begins: milliseconds since 1970, a multiple of the resolution.
    package var start: Int64
    /// The least and the greatest figure; NaN when there are only NaN.
    package var min: Double
    package var max: Double
    package var sum: Double
    package var count: Int64
    /// The latest figure.
    package var last: Double

    init(start: Int64, _ value: Double) {
        (self.start, min, max, sum, count, last) = (start, value, value, value, 1, value)
    }

    init(start: Int64, min: Double, max: Double, sum: Double, count: Int64, last: Double) {
        (self.start, self.min, self.max, self.sum, self.count, self.last) = (start, min, max, sum, count, last)
    }

    mutating func add(_ value: Double) {
        // A comparison with NaN is false: the first figure that is none gives way.
        if value < min || min.isNaN { min = value }
        if value > max || max.isNaN { max = value }
        sum += value
        count += 1
        last = value
    }

    /// The same in wider buckets; those that are wide enough stay.
    package static func widened(_ buckets: [Bucket], to resolution: Resolution) -> [Bucket] {
        var wide: [Bucket] = []
        for bucket in buckets {
            let start = bucket.start - (bucket.start % resolution.milliseconds)
            if wide.last?.start == start {
                wide[wide.count - 1].add(bucket)
            } else {
                var first = bucket
                first.start = start
                wide.append(first)
            }
        }
        return wide
    }

    mutating func add(_ later: Bucket) {
        if later.min < min || min.isNaN { min = later.min }
        if later.max > max || max.isNaN { max = later.max }
        sum += later.sum
        count += later.count
        last = later.last
    }
}

/// A series in coarse steps: buckets, and samples that stand for all others.
///
/// The samples are real ones with their own times: the last of each bucket and, for a counter, those before and after each
/// restart, so that `rate` over whole buckets is what it is over all samples.
package struct Rollup: Hashable, Sendable {
    package internal(set) var buckets: [Bucket] = []
    package internal(set) var times: [Int64] = []
    package internal(set) var values: [Double] = []

    package init() {}

    /// Of samples in order of time; a counter only falls when it restarts.
    package init(_ resolution: Resolution, times: [Int64], values: [Double], isCounter: Bool) {
        var before: (time: Int64, value: Double)?
        for (time, value) in zip(times, values) {
            let start = time - (time % resolution.milliseconds)
            if let last = before, start > last.time { keep(last) }
            if let last = before, isCounter, value < last.value {
                keep(last)
                keep((time, value))
            }
            before = (time, value)
            guard !value.isStaleMarker else { continue }
            if buckets.last?.start == start {
                buckets[buckets.count - 1].add(value)
            } else {
                buckets.append(Bucket(start: start, value))
            }
        }
        if let last = before { keep(last) }
    }

    /// The same in wider buckets; the samples that stand for others become fewer likewise.
    package func widened(to resolution: Resolution, isCounter: Bool) -> Rollup {
        var wide = Rollup(resolution, times: times, values: values, isCounter: isCounter)
        wide.buckets = Bucket.widened(buckets, to: resolution)
        return wide
    }

    /// Takes in what another one knows of other times; where both know a stretch of time, the other one counts.
    package func replaced(by other: Rollup, from: Int64, to end: Int64) -> Rollup {
        var merged = Rollup()
        let span = from..<end
        merged.buckets = (buckets.filter { !span.contains($0.start) } + other.buckets).sorted { $0.start < $1.start }
        let own = zip(times, values).filter { !span.contains($0.0) }
        let all = (own + zip(other.times, other.values)).sorted { $0.0 < $1.0 }
        merged.times = all.map(\.0)
        merged.values = all.map(\.1)
        return merged
    }

    private mutating func keep(_ sample: (time: Int64, value: Double)) {
        guard times.last != sample.time else { return }
        times.append(sample.time)
        values.append(sample.value)
    }
}
