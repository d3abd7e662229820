package import Alerting
package import FleetModel
package import PromQL
internal import Synchronization

/// Samples in memory that rules read and write: for their unit tests, and for looking back.
package final class RuleSeriesMemory: RuleData {
    private let stored = Mutex<Stored>(Stored())
    private let options: QueryOptions

    fileprivate struct Stored {
        var series: [LabelSet: Series] = [:]
        /// By metric name, in the order of their labels.
        var names: [String: [LabelSet]] = [:]
    }

    package init(_ options: QueryOptions = QueryOptions()) {
        self.options = options
    }

    package func vector(_ query: Query, at time: Timestamp) throws -> [VectorElement] {
        try stored.withLock { stored in
            let source = Source(series: stored.series, names: stored.names)
            return try query.instant(at: time.milliseconds, on: source, options).elements()
        }
    }

    /// The samples of the series that pass, in the order of their labels.
    package func series(_ matchers: [LabelMatcher], from: Timestamp, through: Timestamp) -> [Series] {
        stored.withLock { stored in
            let source = Source(series: stored.series, names: stored.names)
            return source.series(matchers, from: from.milliseconds, through: through.milliseconds)
        }
    }

    /// - Throws: `state.sample_refused` for a sample that is not newer than the last one of its series.
    package func append(_ elements: [VectorElement], at time: Timestamp) throws {
        var refusal: StateError?
        stored.withLock { stored in
            for element in elements {
                if let why = stored.append(element, time.milliseconds) { refusal = why }
            }
        }
        if let refusal { throw refusal }
    }
}

extension RuleSeriesMemory.Stored {
    /// What is wrong with the sample; nil where it is taken. Told again with the same value it is no mistake.
    fileprivate mutating func append(_ element: VectorElement, _ time: Int64) -> StateError? {
        let labels = element.labels
        guard let last = series[labels]?.times.last else {
            guard !element.value.isStaleMarker else { return nil }
            let name = labels[LabelSet.nameLabel]
            let place = names[name]?.firstIndex { labels.isBefore($0) } ?? names[name]?.count ?? 0
            names[name, default: []].insert(labels, at: place)
            series[labels] = Series(labels: labels, times: [time], values: [element.value])
            return nil
        }
        if time > last {
            series[labels]?.times.append(time)
            series[labels]?.values.append(element.value)
            return nil
        }
        let isRepeated = time == last && series[labels]?.values.last?.bitPattern == element.value.bitPattern
        // An end that comes late ends nothing.
        guard !isRepeated, !element.value.isStaleMarker else { return nil }
        return StateError(
            "sample_refused",
            time < last ? "out of order sample: \(labels)" : "duplicate sample for timestamp: \(labels)",
            advice: "two rules write the same series, or a rule writes one that is scraped"
        )
    }
}

/// The memory as the engine reads it.
private struct Source: SeriesSource {
    let series: [LabelSet: Series]
    let names: [String: [LabelSet]]

    func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws {
        for series in series(selection.matchers, from: selection.from, through: selection.through) { try body(series) }
    }

    func series(_ matchers: [LabelMatcher], from: Int64, through: Int64) -> [Series] {
        candidates(matchers).compactMap { labels in
            guard matchers.allSatisfy({ $0.holds(for: labels[$0.name]) }), let one = series[labels] else { return nil }
            let first = one.times.partition(where: from)
            let end = one.times.partition(where: through &+ 1)
            guard first < end else { return nil }
            return Series(labels: labels, times: Array(one.times[first..<end]), values: Array(one.values[first..<end]))
        }
    }

    private func candidates(_ matchers: [LabelMatcher]) -> [LabelSet] {
        for matcher in matchers where matcher.name == LabelSet.nameLabel {
            if case .equal(let name) = matcher.test { return names[name] ?? [] }
        }
        return names.values.flatMap { $0 }.sorted { $0.isBefore($1) }
    }
}

extension [Int64] {
    /// The place of the first one that is not below.
    fileprivate func partition(where bound: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
