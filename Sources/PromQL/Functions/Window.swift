import FleetModel

/// The samples of one series inside of one window; never empty, without stale markers.
///
/// SAFETY: the buffers belong to the series over which `slide` goes, and no function keeps a window. Slices of the arrays
/// would be counted up and down for each window, which takes longer than most functions.
struct Window {
    let times: UnsafeBufferPointer<Int64>
    let values: UnsafeBufferPointer<Double>
    /// Open on the left: no sample lies at the start itself.
    let start: Int64
    let end: Int64
    /// The moment of the query.
    let now: Int64
    /// Which moment of the grid that is, for arguments that change with time.
    let index: Int

    var count: Int { values.count }
    var firstTime: Int64 { times[0] }
    var lastTime: Int64 { times[times.count - 1] }
    var firstValue: Double { values[0] }
    var lastValue: Double { values[values.count - 1] }
    /// Milliseconds.
    var length: Int64 { end &- start }
}

/// A window in, a value out; the stale marker where there is none.
typealias WindowFunction = (Window) throws -> Double

extension Evaluator {
    /// A function of windows over every series, the windows moving along: no sample is looked for twice.
    func overWindows(
        _ function: Function,
        _ arguments: [Expression],
        at range: SourceRange,
        _ grid: Grid
    ) throws -> [Column] {
        let place = arguments.firstIndex { $0.type == .matrix } ?? 0
        let compute = try windowFunction(function, arguments, grid)
        let feed = try windows(arguments[place].unwrapped, over: grid, function: function)
        let isOnce = feed.fixedEnd != nil && arguments.count == 1
        let looks = isOnce ? Grid(start: grid.start, step: 1, count: 1) : grid
        var columns: [Column] = []
        var names = NameWatch()
        try feed.forEach(self) { series in
            try count(held: looks.count)
            guard var values = try slide(over: series, feed, looks, compute) else { return }
            if isOnce { values = [Double](repeating: values[0], count: grid.count) }
            names.see(series.labels)
            let labels = function == .lastOverTime ? series.labels : series.labels.unnamed
            columns.append(Column(labels: labels, values: values))
        }
        if function == .rate || function == .increase { noteGauges(names.all, at: arguments[place].range) }
        if function != .lastOverTime, names.differ { try columns.requireDistinct() }
        return columns
    }

    private func slide(
        over series: Series,
        _ feed: WindowFeed,
        _ grid: Grid,
        _ compute: WindowFunction
    ) throws -> [Double]? {
        try series.times.withUnsafeBufferPointer { times in
            try series.values.withUnsafeBufferPointer { values in
                try slide(over: times, values, feed, grid, compute)
            }
        }
    }

    private func slide(
        over times: UnsafeBufferPointer<Int64>,
        _ values: UnsafeBufferPointer<Double>,
        _ feed: WindowFeed,
        _ grid: Grid,
        _ compute: WindowFunction
    ) throws -> [Double]? {
        var results = Column.holes(grid.count)
        var low = 0
        var high = 0
        var isEmpty = true
        for index in 0..<grid.count {
            let now = grid.time(index)
            let end = feed.fixedEnd ?? now &- feed.offset
            let start = end &- feed.length
            while high < times.count, times[high] <= end { high += 1 }
            while low < high, times[low] <= start { low += 1 }
            guard low < high else { continue }
            let window = Window(
                times: UnsafeBufferPointer(rebasing: times[low..<high]),
                values: UnsafeBufferPointer(rebasing: values[low..<high]),
                start: start,
                end: end,
                now: now,
                index: index
            )
            try count(work: window.count)
            results[index] = try compute(window)
            isEmpty = isEmpty && results[index].isStaleMarker
        }
        return isEmpty ? nil : results
    }

    private func noteGauges(_ names: [String], at range: SourceRange) {
        for name in names where !["_total", "_sum", "_count", "_bucket"].contains(where: name.hasSuffix) {
            notes.inform(
                "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \(name.quoted)"
            )
        }
    }
}

/// The metric names that went by.
struct NameWatch {
    private(set) var all: [String] = []
    private var sawNone = false

    /// True when taking the names away may make two series the same.
    var differ: Bool { all.count + (sawNone ? 1 : 0) > 1 }

    mutating func see(_ labels: LabelSet) {
        let name = labels[LabelSet.nameLabel]
        if name.isEmpty {
            sawNone = true
        } else if all.last != name, !all.contains(name) {
            all.append(name)
        }
    }
}

/// Kahan's summation in Neumaier's form, step by step as Prometheus does it.
struct KahanSum {
    var sum: Double
    var rest = 0.0

    init(_ first: Double = 0) { sum = first }

    @inline(__always)
    mutating func add(_ value: Double) {
        let total = sum + value
        if total.isInfinite {
            rest = 0
        } else if sum.magnitude >= value.magnitude {
            rest += (sum - total) + value
        } else {
            rest += (value - total) + sum
        }
        sum = total
    }

    var result: Double { sum.isInfinite ? sum : sum + rest }
}

/// A mean that does not overflow: a sum as long as that stays finite, then step by step.
struct RunningMean {
    private var sum: KahanSum
    private var count = 1.0
    private var mean: KahanSum?

    init(_ first: Double) { sum = KahanSum(first) }

    mutating func add(_ value: Double) {
        count += 1
        if mean == nil {
            var next = sum
            next.add(value)
            if !next.sum.isInfinite {
                sum = next
                return
            }
            var start = KahanSum(sum.sum / (count - 1))
            start.rest = sum.rest / (count - 1)
            mean = start
        }
        guard let current = mean else { return }
        let share = (count - 1) / count
        var next = KahanSum(share * current.sum)
        next.rest = share * current.rest
        next.add(value / count)
        mean = next
    }

    var result: Double {
        if let mean { return mean.sum + mean.rest }
        return sum.sum / count + sum.rest / count
    }
}
