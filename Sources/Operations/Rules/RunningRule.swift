package import Alerting
package import FleetModel
internal import PromQL

/// A rule with its alerts and with what came of its last evaluation.
package struct RunningRule: Sendable {
    package let rule: Rule
    private let query: Query
    package private(set) var alerts = AlertingStates()
    /// What the last evaluation wrote.
    package private(set) var series: Set<LabelSet> = []
    /// Why the last evaluation gave nothing.
    package private(set) var fault: (any Explained)?
    package private(set) var lastEvaluation: Timestamp?
    package private(set) var evaluationTime = Duration.zero
    package private(set) var failures = 0

    /// As Prometheus prints it.
    package var expression: String { query.expression.description }

    init(_ rule: Rule) throws(PromQLError) {
        self.rule = rule
        query = try Query(rule.expression)
    }

    /// Queries that one alert's templates may ask one after the other.
    private static let mostTemplateQueries = 100

    mutating func takeOver(_ before: RunningRule) {
        alerts = before.alerts
        series = before.series
        fault = before.fault
        lastEvaluation = before.lastEvaluation
        evaluationTime = before.evaluationTime
        failures = before.failures
    }

    mutating func restore(_ since: (ActiveAlert) -> Timestamp?) { alerts.restore(since) }

    /// Takes up those of the alerts that this rule makes.
    mutating func revive(_ unended: [Alert]) {
        guard let alerting = rule.alerting else { return }
        let revived = alerts.revive(unended.filter(makes), hold: alerting.hold)
        // Their series end with them.
        series.formUnion(AlertSeries.elements(of: revived, rule).map(\.labels))
    }

    /// Whether this rule may have made the alert; labels of templates may be anything.
    func makes(_ alert: Alert) -> Bool {
        rule.alerting != nil && alert.name == rule.name
            && rule.labels.allSatisfy { $0.value.contains("{{") || alert.labels[$0.key] == $0.value }
    }

    mutating func evaluate(
        _ moment: RunningGroup.Moment,
        on data: some RuleData,
        _ freshness: SourceFreshness,
        _ settings: RunningGroup.Settings,
        elapsed: () -> Duration
    ) async -> [Alert] {
        let start = elapsed()
        lastEvaluation = moment.now
        var due: [Alert] = []
        do {
            let vector = try await data.vector(query, at: moment.read)
            let elements: [VectorElement]
            if let alerting = rule.alerting {
                let found = try await found(vector, at: moment, on: data, settings)
                try alerts.step(found, of: alerting, at: moment.now, freshness: freshness, limit: moment.limit)
                due = told(at: moment, settings)
                elements = settings.writesAlertSeries ? AlertSeries.elements(of: alerts.current, rule) : []
            } else {
                elements = try rule.recorded(vector, limit: moment.limit)
            }
            try await write(elements, at: moment.read, on: data)
            fault = nil
        } catch {
            failures += 1
            fault = error as? any Explained ?? StateError("rule_failed", "\(error)")
        }
        evaluationTime = elapsed() - start
        return due
    }

    private mutating func told(at moment: RunningGroup.Moment, _ settings: RunningGroup.Settings) -> [Alert] {
        let url = settings.surroundings.externalURL + RuleLink.table(query.expression.description)
        return alerts.due(at: moment.now, resendDelay: settings.resendDelay, interval: moment.interval)
            .compactMap { $0.alert(generatorURL: url) }
    }

    /// The alerts that the result stands for. Queries inside of templates are asked as they come up.
    private func found(
        _ vector: [VectorElement],
        at moment: RunningGroup.Moment,
        on data: some RuleData,
        _ settings: RunningGroup.Settings
    ) async throws -> [ActiveAlert] {
        var answers: RuleTemplate.Answers = [:]
        while true {
            do {
                let template = RuleTemplate(
                    rule: rule.name,
                    settings.surroundings,
                    at: moment.now,
                    answers: answers
                )
                return try AlertingStates.alerts(of: rule, vector, at: moment.now) { text, element in
                    try template.text(text, for: element)
                }
            } catch let needed as RuleTemplate.NeededQuery {
                let isTooMany = answers.count >= Self.mostTemplateQueries * max(1, vector.count)
                answers[needed.text] =
                    isTooMany
                    ? .failure(.init("the templates ask too many queries"))
                    : await answer(needed.text, at: moment.now, on: data)
            }
        }
    }

    private func answer(
        _ text: String,
        at now: Timestamp,
        on data: some RuleData
    ) async -> Result<[VectorElement], RuleTemplate.QueryProblem> {
        do {
            return .success(try await data.vector(Query(text), at: now))
        } catch {
            return .failure(.init((error as? any Explained)?.problem ?? "\(error)"))
        }
    }

    /// Stores the elements, and ends the series that the evaluation before had and this one has not.
    private mutating func write(_ elements: [VectorElement], at time: Timestamp, on data: some RuleData) async throws {
        let written = Set(elements.map(\.labels))
        let gone = series.subtracting(written).map { VectorElement($0, .staleMarker) }
        series = written
        guard !elements.isEmpty || !gone.isEmpty else { return }
        try await data.append(elements + gone, at: time)
    }
}
