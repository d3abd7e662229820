package import Alerting
package import FleetModel
package import PromQL

/// The fleet's samples as rules read and write them.
package struct StoredRuleData: RuleData {
    private let questions: AskMetrics
    private let store: any SeriesStore

    /// How far behind the newest of all rules' samples a sample may be: groups with a `query_offset` write into the past.
    private static let window = Duration.seconds(3600)

    package init(_ questions: AskMetrics, _ store: any SeriesStore) {
        self.questions = questions
        self.store = store
    }

    package func vector(_ query: Query, at time: Timestamp) async throws -> [VectorElement] {
        try await questions.instant(query.expression.description, at: time).elements()
    }

    /// - Throws: `state.sample_refused` where another rule wrote another value; what the store throws.
    package func append(_ elements: [VectorElement], at time: Timestamp) async throws {
        let samples = elements.map { element in
            Sample(element.labels[LabelSet.nameLabel], element.labels.unnamed.labels, element.value)
        }
        let row = SampleRow(target: [], at: time, samples: samples, isWhole: false)
        let report = try await store.append([row], window: Self.window)
        guard report.conflicting > 0 else { return }
        throw StateError(
            "sample_refused",
            "\(report.conflicting) samples have another value at this moment already",
            advice: "two rules write the same series, or a rule writes one that is scraped"
        )
    }
}

/// What rules wrote before a restart.
package struct StoredRuleStates: Sendable {
    private let select: @Sendable (SeriesQuery) async throws -> [Series]

    package init(_ store: any SeriesStore) {
        select = { try await store.select($0) }
    }

    package init(_ memory: RuleSeriesMemory) {
        select = { memory.series($0.matchers, from: $0.from, through: $0.through) }
    }

    /// For each alert of the rule, by its labels: when it was stored last and what was stored; ended ones are left out.
    func states(
        of rule: Rule,
        from: Timestamp,
        through: Timestamp
    ) async throws -> [LabelSet: (storedAt: Timestamp, activeAt: Timestamp)] {
        let query = SeriesQuery(AlertSeries.forStateMatchers(rule), from: from, through: through)
        var found: [LabelSet: (storedAt: Timestamp, activeAt: Timestamp)] = [:]
        for series in try await select(query) {
            guard let time = series.times.last, let value = series.values.last, !value.isStaleMarker, value.isFinite
            else { continue }
            let activeAt = Timestamp(milliseconds: Int64(max(-1e12, min(1e12, value))) * 1000)
            found[series.labels.unnamed] = (Timestamp(milliseconds: time), activeAt)
        }
        return found
    }
}
