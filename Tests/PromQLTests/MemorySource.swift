import FleetModel
import PromQL

/// Series in memory, in the order of their labels.
struct MemorySource: SeriesSource {
    let series: [Series]

    init(_ series: [Series]) {
        self.series = series.sorted { $0.labels.isBefore($1.labels) }
    }

    func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws {
        for one in series where selection.matchers.allSatisfy({ $0.holds(for: one.labels[$0.name]) }) {
            let first = one.times.firstIndex { $0 >= selection.from } ?? one.times.count
            let end = one.times.lastIndex { $0 <= selection.through }.map { $0 + 1 } ?? 0
            guard first < end else { continue }
            if first == 0, end == one.times.count {
                try body(one)
                continue
            }
            try body(
                Series(labels: one.labels, times: Array(one.times[first..<end]), values: Array(one.values[first..<end]))
            )
        }
    }
}
