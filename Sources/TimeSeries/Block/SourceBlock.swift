/// The samples of one source (a node, a scrape target) in one span of time: its moments once, and a column for each series.
///
/// The series of a poll share their moments, so these are kept once for all of them.
package struct SourceBlock: Hashable, Sendable {
    /// Milliseconds since 1970, rising.
    package private(set) var times: [Int64] = []
    /// By the number of the series.
    package private(set) var columns: [Int64: Column] = [:]

    package init() {}

    /// The figures of one series, and the moments that have one.
    package struct Column: Hashable, Sendable {
        /// Indices into the block's times, rising.
        package var places: [Int32]
        package var values: [Double]

        package init(places: [Int32] = [], values: [Double] = []) {
            self.places = places
            self.values = values
        }
    }

    /// All figures of one moment.
    package struct Row: Hashable, Sendable {
        package var time: Int64
        /// Numbers of series, each at most once.
        package var series: [Int64]
        package var values: [Double]

        package init(time: Int64, series: [Int64], values: [Double]) {
            self.time = time
            self.series = series
            self.values = values
        }
    }

    package var isEmpty: Bool { times.isEmpty }

    package init(times: [Int64], columns: [Int64: Column]) {
        self.times = times
        self.columns = columns
    }

    /// Takes rows in; where a series has a figure at a moment already, that one stays.
    ///
    /// - Parameter rows: in order of time, each moment once.
    package mutating func merge(_ rows: [Row]) {
        guard let first = rows.first else { return }
        if let last = times.last, first.time <= last {
            insert(rows)
        } else {
            let offset = Int32(times.count)
            times.append(contentsOf: rows.map(\.time))
            for (series, column) in Self.transposed(rows, offset) {
                columns[series, default: Column()].append(column)
            }
        }
    }

    private mutating func insert(_ rows: [Row]) {
        let all = Array(Set(times).union(rows.map(\.time))).sorted()
        var place: [Int64: Int32] = [:]
        for (index, time) in all.enumerated() { place[time] = Int32(index) }
        for (series, column) in columns {
            columns[series]?.places = column.places.map { place[times[Int($0)]] ?? 0 }
        }
        var late = Self.transposed(rows, 0)
        for (series, column) in late { late[series]?.places = column.places.map { place[rows[Int($0)].time] ?? 0 } }
        times = all
        columns.merge(late) { $0.merged(with: $1) }
    }

    private static func transposed(_ rows: [Row], _ offset: Int32) -> [Int64: Column] {
        var slots: [Int64: Int] = [:]
        var columns: [(series: Int64, column: Column)] = []
        var before: (series: [Int64], slots: [Int])?
        for (index, row) in rows.enumerated() {
            // Rows of one layout are the rule: then no series is looked up twice.
            if before?.series != row.series {
                before = (
                    row.series,
                    row.series.map { series in
                        if let slot = slots[series] { return slot }
                        slots[series] = columns.count
                        columns.append((series, Column()))
                        return columns.count - 1
                    }
                )
            }
            for (slot, value) in zip(before?.slots ?? [], row.values) {
                columns[slot].column.places.append(offset + Int32(index))
                columns[slot].column.values.append(value)
            }
        }
        return Dictionary(uniqueKeysWithValues: columns)
    }
}

extension SourceBlock.Column {
    fileprivate mutating func append(_ later: Self) {
        places.append(contentsOf: later.places)
        values.append(contentsOf: later.values)
    }

    /// Both in order; where both have a figure, this one's.
    fileprivate func merged(with other: Self) -> Self {
        var merged = Self()
        var (mine, its) = (0, 0)
        while mine < places.count || its < other.places.count {
            let isMine = its == other.places.count || mine < places.count && places[mine] <= other.places[its]
            if isMine {
                if its < other.places.count, other.places[its] == places[mine] { its += 1 }
                merged.places.append(places[mine])
                merged.values.append(values[mine])
                mine += 1
            } else {
                merged.places.append(other.places[its])
                merged.values.append(other.values[its])
                its += 1
            }
        }
        return merged
    }
}
