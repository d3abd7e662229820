import FleetModel

/// Classic histograms: series with the label `le`.
extension Evaluator {
    func histogram(
        _ function: Function,
        _ arguments: [Expression],
        at range: SourceRange,
        _ grid: Grid
    ) throws -> [Column] {
        let first = try scalar(arguments[0], over: grid)
        let second = function == .histogramFraction ? try scalar(arguments[1], over: grid) : first
        if function == .histogramQuantile { noteQuantiles(first, at: arguments[0].range) }
        let columns = try vector(arguments[arguments.count - 1], over: grid)
        var wasForced = false
        var results: [Column] = []
        for group in bucketGroups(columns) {
            var values = Column.holes(grid.count)
            var scratch = BucketCounts()
            for index in 0..<grid.count {
                scratch.removeAll()
                for bucket in group.buckets where !columns[bucket.column].values[index].isStaleMarker {
                    scratch.append(bucket.upperBound, columns[bucket.column].values[index])
                }
                guard !scratch.isEmpty else { continue }
                values[index] =
                    function == .histogramQuantile
                    ? scratch.quantile(first[index], &wasForced) : scratch.fraction(first[index], second[index])
            }
            results.append(Column(labels: group.labels, values: values))
        }
        if wasForced {
            notes.inform("input to histogram_quantile needed to be fixed for monotonicity (see docs)")
        }
        return try results.withoutEmpty().merged()
    }

    private struct BucketGroup {
        let labels: LabelSet
        var buckets: [(upperBound: Double, column: Int)]
    }

    /// The buckets of each histogram in the order of their bounds.
    private func bucketGroups(_ columns: [Column]) -> [BucketGroup] {
        var places: [LabelSet: Int] = [:]
        var groups: [BucketGroup] = []
        for (index, column) in columns.enumerated() {
            let bound = column.labels["le"]
            guard let upperBound = Double(bound) else {
                let name = column.labels[LabelSet.nameLabel].quoted
                notes.warn(
                    "bucket label \"le\" is missing or has a malformed value of \(bound.quoted) for metric name \(name)"
                )
                continue
            }
            let key = column.labels.removing(["le"])
            if let place = places[key] {
                groups[place].buckets.append((upperBound, index))
            } else {
                places[key] = groups.count
                groups.append(BucketGroup(labels: key.unnamed, buckets: [(upperBound, index)]))
            }
        }
        for index in groups.indices { groups[index].buckets.sort { $0.upperBound < $1.upperBound } }
        return groups
    }
}

/// The cumulative counts of one histogram at one moment, in the order of their bounds.
struct BucketCounts {
    private var bounds: [Double] = []
    private var counts: [Double] = []

    /// Smaller differences, relative to the counts, come from arithmetic and are no decrease.
    private static let tolerance = 1e-12

    var isEmpty: Bool { bounds.isEmpty }

    mutating func removeAll() {
        bounds.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
    }

    /// Bounds must not fall; buckets with the same bound (`1` and `1.0`) are one.
    mutating func append(_ bound: Double, _ count: Double) {
        if let last = bounds.last, last == bound {
            counts[counts.count - 1] += count
        } else {
            bounds.append(bound)
            counts.append(count)
        }
    }

    /// The quantile, values spread evenly inside of each bucket.
    mutating func quantile(_ quantile: Double, _ wasForced: inout Bool) -> Double {
        if quantile.isNaN { return .nan }
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        guard bounds.last == .infinity else { return .nan }
        makeMonotonic(&wasForced)
        let last = bounds.count - 1
        guard last > 0, counts[last] != 0 else { return .nan }
        var rank = quantile * counts[last]
        let place = firstBucket(reaching: rank)
        if place == last { return bounds[last - 1] }
        if place == 0, bounds[0] <= 0 { return bounds[0] }
        var lower = 0.0
        var count = counts[place]
        if place > 0 {
            lower = bounds[place - 1]
            count -= counts[place - 1]
            rank -= counts[place - 1]
        }
        return lower + (bounds[place] - lower) * (rank / count)
    }

    /// By halves, as Go's `sort.Search` goes, since counts may be NaN.
    private func firstBucket(reaching rank: Double) -> Int {
        var low = 0
        var high = bounds.count - 1
        while low < high {
            let middle = (low + high) / 2
            if counts[middle] >= rank { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The share of the observations between two values.
    func fraction(_ lower: Double, _ upper: Double) -> Double {
        guard bounds.last == .infinity, let total = counts.last else { return .nan }
        if total == 0 || lower.isNaN || upper.isNaN { return .nan }
        if lower >= upper { return 0 }
        return (rank(of: upper, total) - rank(of: lower, total)) / total
    }

    private func rank(of value: Double, _ total: Double) -> Double {
        var before = 0.0
        for place in bounds.indices {
            let lower = place == 0 ? -Double.infinity : bounds[place - 1]
            if lower >= value { return Swift.min(before, total) }
            if bounds[place] > value {
                let inside = before + (counts[place] - before) * (value - lower) / (bounds[place] - lower)
                return inside > total ? total : inside
            }
            before = counts[place]
        }
        return total
    }

    /// Takes decreases away; tiny differences in either direction too, silently.
    private mutating func makeMonotonic(_ wasForced: inout Bool) {
        var before = counts[0]
        for place in counts.indices.dropFirst() where counts[place] != before {
            if Self.isAlmostEqual(before, counts[place]) {
                counts[place] = before
            } else if counts[place] < before {
                counts[place] = before
                wasForced = true
            } else {
                before = counts[place]
            }
        }
    }

    private static func isAlmostEqual(_ left: Double, _ right: Double) -> Bool {
        if left.isNaN, right.isNaN { return true }
        let sum = left.magnitude + right.magnitude
        let difference = (left - right).magnitude
        let leastNormal = Double.leastNormalMagnitude
        if left == 0 || right == 0 || sum < leastNormal { return difference < tolerance * leastNormal }
        return difference / Swift.min(sum, .greatestFiniteMagnitude) < tolerance
    }
}
