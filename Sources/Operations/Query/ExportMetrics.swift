package import FleetModel
package import PromQL

/// Gives what is stored as text, metric by metric.
package struct ExportMetrics: Sendable {
    private let store: any SeriesStore
    private let text: any SampleText
    /// Of a metric held in memory at once; one with more is read series by series, a month at a time.
    private static let mostSamples = 4_000_000
    private static let month: Duration = .seconds(30 * 86_400)

    package init(_ store: any SeriesStore, text: any SampleText) {
        self.store = store
        self.text = text
    }

    /// - Returns: how many series were written.
    /// - Throws: what the store throws, and what `write` throws.
    package func run(
        _ selectors: [VectorSelector],
        from: Timestamp,
        through: Timestamp,
        write: ([UInt8]) throws -> Void
    ) async throws -> Int {
        let all = selectors.isEmpty ? [[]] : selectors.map(\.matchers)
        var names: Set<String> = []
        for matchers in all {
            names.formUnion(try await store.series(SeriesQuery(matchers, from: from, through: through)).map(\.metric))
        }
        var count = 0
        for name in names.sorted(by: { $0.isBefore($1) }) {
            var isFirst = true
            var written: Set<LabelSet> = []
            for matchers in all {
                let query = SeriesQuery(
                    matchers + [LabelMatcher(LabelSet.nameLabel, .equal(name))],
                    from: from,
                    through: through,
                    sampleLimit: Self.mostSamples
                )
                try await forEachPart(query) { series in
                    let fresh = series.filter { all.count == 1 || !written.contains($0.labels) }
                    if all.count > 1 { written.formUnion(fresh.map(\.labels)) }
                    count += fresh.count
                    let bytes = text.text(of: name, fresh)
                    try write(isFirst ? bytes : Self.withoutHead(bytes))
                    if !bytes.isEmpty { isFirst = false }
                }
            }
        }
        try write(text.end)
        return count
    }

    private func forEachPart(_ query: SeriesQuery, _ body: ([Series]) throws -> Void) async throws {
        do {
            return try body(try await store.select(query))
        } catch let error as UsageError where error.code == "usage.too_many_samples" {
            for labels in try await store.series(query) {
                var one = query
                one.matchers = labels.labels.map { LabelMatcher($0.key, .equal($0.value)) }
                try body(try await whole(one).filter { $0.labels == labels })
            }
        }
    }

    /// One series, a month at a time.
    private func whole(_ query: SeriesQuery) async throws -> [Series] {
        var found: [LabelSet: Series] = [:]
        var part = query
        part.from = max(query.from, Timestamp(milliseconds: 0))
        let end = min(query.through, Timestamp(milliseconds: 4_102_444_800_000))
        while part.from <= end {
            part.through = min(end, part.from + Self.month)
            for series in try await store.select(part) {
                found[series.labels, default: Series(labels: series.labels)].times += series.times
                found[series.labels]?.values += series.values
            }
            part.from = part.through + .milliseconds(1)
        }
        return Array(found.values)
    }

    /// A family's head stands once.
    private static func withoutHead(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        while rest.first == UInt8(ascii: "#"), let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            rest = rest[(end + 1)...]
        }
        return Array(rest)
    }
}

extension LabelSet {
    fileprivate var metric: String { self[Self.nameLabel] }
}
