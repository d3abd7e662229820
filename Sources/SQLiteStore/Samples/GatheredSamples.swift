import FleetModel
import TimeSeries

/// The samples and buckets that a reading found, series by series.
struct GatheredSamples {
    /// A source, and a series or a day.
    struct Place: Hashable {
        var source: Int64
        var of: Int64
    }

    struct Found {
        var place: Place
        var times: [Int64] = []
        var values: [Double] = []
        var buckets: [Bucket] = []

        /// Everything as buckets of at least this width.
        func buckets(_ resolution: Resolution) -> [Bucket] {
            var all = buckets + Rollup(resolution, times: times, values: values, isCounter: false).buckets
            all.sort { $0.start < $1.start }
            return Bucket.widened(all, to: resolution)
        }
    }

    private(set) var all: [Found] = []
    private var slots: [Place: Int] = [:]
    private var count = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes the samples that are seen, all of them rising in time; `places` says which of the moments have a value, nil that
    /// all have.
    ///
    /// - Throws: `usage.too_many_samples`.
    mutating func add(
        _ place: Place,
        _ moments: [Int64],
        _ places: [Int32]?,
        _ values: [Double],
        seen: SeenMoments
    ) throws {
        guard !seen.times.isEmpty else { return }
        let slot = slot(of: place)
        if let places {
            for (index, value) in zip(places, values) where seen.includes(Int(index)) {
                all[slot].times.append(moments[Int(index)])
                all[slot].values.append(value)
                count += 1
            }
        } else {
            all[slot].times.append(contentsOf: seen.times)
            // SAFETY: the ranges are of the moments, and every moment has a value here. Slices of arrays would be counted
            // up and down, which takes longer than to copy these few.
            values.withUnsafeBufferPointer { values in
                for range in seen.ranges where range.upperBound <= values.count {
                    all[slot].values.append(contentsOf: UnsafeBufferPointer(rebasing: values[range]))
                }
            }
            count += seen.times.count
        }
        guard count <= limit else { throw tooMany }
    }

    mutating func add(_ place: Place, _ time: Int64, _ value: Double) throws {
        let slot = slot(of: place)
        all[slot].times.append(time)
        all[slot].values.append(value)
        count += 1
        guard count <= limit else { throw tooMany }
    }

    mutating func add(_ place: Place, _ buckets: [Bucket]) {
        all[slot(of: place)].buckets += buckets
    }

    private mutating func slot(of place: Place) -> Int {
        if let known = slots[place] { return known }
        slots[place] = all.count
        all.append(Found(place: place))
        return all.count - 1
    }

    /// Late samples and changes of resolution may have mixed the order.
    mutating func settle() {
        for slot in all.indices where !Self.isRising(all[slot].times) {
            let found = all[slot]
            var taken: Set<Int64> = []
            let order = found.times.indices.filter { taken.insert(found.times[$0]).inserted }
                .sorted { found.times[$0] < found.times[$1] }
            all[slot].times = order.map { found.times[$0] }
            all[slot].values = order.map { found.values[$0] }
        }
    }

    private static func isRising(_ times: [Int64]) -> Bool {
        for index in times.indices.dropFirst() where times[index] <= times[index - 1] { return false }
        return true
    }

    private var tooMany: UsageError {
        UsageError(
            "too_many_samples",
            "the query reads more than \(limit) samples",
            advice: "ask for fewer series, a shorter time or a coarser resolution"
        )
    }
}

/// Which moments of a block count: found once for all series of a source.
struct SeenMoments {
    /// Indices, rising.
    private(set) var ranges: [Range<Int>] = []
    /// The moments themselves.
    private(set) var times: [Int64] = []
    private let flags: [Bool]

    init(_ moments: [Int64], _ isSeen: (Int64) -> Bool) {
        flags = moments.map(isSeen)
        var start: Int?
        for index in flags.indices {
            if flags[index], start == nil { start = index }
            guard !flags[index], let begun = start else { continue }
            ranges.append(begun..<index)
            start = nil
        }
        if let start { ranges.append(start..<flags.count) }
        for range in ranges { times += moments[range] }
    }

    func includes(_ index: Int) -> Bool { flags[index] }
}
