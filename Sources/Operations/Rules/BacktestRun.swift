package import Alerting
package import FleetModel
internal import PromQL

/// Looks back: what alerting rules would have done over the stored past.
package struct BacktestRun: Sendable {
    private let questions: AskMetrics

    /// Evaluations that are asked for in one query.
    private static let steps = 4000

    package init(_ questions: AskMetrics) {
        self.questions = questions
    }

    /// One rule's past.
    package struct Report: Hashable, Sendable {
        package var group: String
        package var rule: String
        /// As the rule is first, then with longer waits.
        package var outcomes: [RuleBacktest.Outcome]
        /// Why there is no past, such as a query that is too large.
        package var problem: String?
    }

    /// The alerting rules of the file, each on its own. What its recording rules give must be in the store.
    ///
    /// - `interval`: between two evaluations, where a group names none.
    /// - Throws: `CancellationError`; what is wrong with one rule stands in its report.
    package func reports(
        on file: RuleFile,
        from start: Timestamp,
        through end: Timestamp,
        interval: Duration
    ) async throws -> [Report] {
        var reports: [Report] = []
        for group in file.groups {
            for rule in group.rules {
                guard var backtest = RuleBacktest(rule) else { continue }
                var report = Report(group: group.name, rule: rule.name, outcomes: [])
                do {
                    let step = max(.seconds(1), group.interval ?? interval)
                    try await run(&backtest, rule, from: start, through: end, step: step)
                    report.outcomes = backtest.outcomes
                } catch let error as any Explained {
                    report.problem = error.problem
                }
                reports.append(report)
            }
        }
        return reports
    }

    private func run(
        _ backtest: inout RuleBacktest,
        _ rule: Rule,
        from start: Timestamp,
        through end: Timestamp,
        step: Duration
    ) async throws {
        var first = start
        while first <= end {
            let last = min(end, first + step * (Self.steps - 1))
            let found = try await vectors(rule.expression, from: first, through: last, step: step)
            let up = try await vectors("up", from: first, through: last, step: step)
            let nodes = Set(up.values.joined().map { $0.labels["node"] })
            var moment = first
            while moment <= last {
                let freshness = SourceFreshness(up: up[moment] ?? [], registered: nodes)
                try backtest.step(found[moment] ?? [], at: moment, freshness: freshness)
                moment = moment + step
            }
            first = moment
        }
    }

    private func vectors(
        _ expression: String,
        from start: Timestamp,
        through end: Timestamp,
        step: Duration
    ) async throws -> [Timestamp: [VectorElement]] {
        let answer = try await questions.range(expression, from: start, through: end, step: step)
        guard case .matrix(let matrix) = answer.result else { return [:] }
        var vectors: [Timestamp: [VectorElement]] = [:]
        for series in matrix {
            for (time, value) in zip(series.times, series.values) {
                vectors[Timestamp(milliseconds: time), default: []].append(VectorElement(series.labels, value))
            }
        }
        return vectors
    }
}

extension BacktestRun.Report {
    package var document: JSONValue {
        .object([
            "group": .string(group), "rule": .string(rule), "error": problem.map { .string($0) } ?? .null,
            "outcomes": .array(
                outcomes.map { outcome in
                    .object([
                        "for_s": .double(outcome.waits.hold.seconds),
                        "keep_firing_for_s": .double(outcome.waits.keepFiringFor.seconds),
                        "firings": .int(Int64(outcome.firings)), "pages": .int(Int64(outcome.pages)),
                        "firing_time_s": .double(outcome.firingTime.seconds),
                        "longest_s": .double(outcome.longest.seconds),
                        "still_firing": .int(Int64(outcome.stillFiring)),
                        "nodes": .object(outcome.nodes.mapValues { .int(Int64($0)) }),
                    ])
                }
            ),
        ])
    }

    /// One line for each pair of waits: what people read. Durations as Prometheus writes them.
    package var rows: [[String]] {
        if let problem { return [[rule, "", "", "", "", "", "", problem]] }
        let asIs = outcomes.first?.pages ?? 0
        // Where nothing fired no longer wait can save anything.
        let shown = asIs == 0 ? outcomes.prefix(1) : outcomes[...]
        return shown.enumerated().map { index, outcome in
            let less = asIs - outcome.pages
            let saved = index == 0 ? "" : less == 0 ? "saves nothing" : "saves \(less) of \(asIs) pages"
            return [
                index == 0 ? rule : "  with", Self.text(outcome.waits.hold), Self.text(outcome.waits.keepFiringFor),
                String(outcome.firings), String(outcome.pages), Self.text(outcome.firingTime),
                Self.nodes(outcome.nodes), saved,
            ]
        }
    }

    private static func text(_ duration: Duration) -> String { DurationText.text(milliseconds: duration.milliseconds) }

    /// The nodes that it fired for most often.
    private static func nodes(_ nodes: [String: Int]) -> String {
        let sorted = nodes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = sorted.prefix(4).map { "\($0.key.isEmpty ? "(none)" : $0.key) \($0.value)" }
        return shown.joined(separator: ", ") + (sorted.count > 4 ? " and \(sorted.count - 4) more" : "")
    }
}
