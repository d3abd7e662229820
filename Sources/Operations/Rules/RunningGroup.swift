package import Alerting
package import FleetModel
package import PromQL

/// A group of rules with what it remembers from one evaluation to the next.
package struct RunningGroup: Sendable {
    package let group: RuleGroup
    /// Between two evaluations.
    package let interval: Duration
    package private(set) var rules: [RunningRule]
    /// Series of rules that are gone: they end with the next evaluation.
    private var orphans: Set<LabelSet> = []
    package private(set) var lastEvaluation: Timestamp?
    package private(set) var evaluationTime = Duration.zero
    /// Evaluations whose time passed without them.
    package internal(set) var missed = 0
    package private(set) var evaluations = 0

    /// What the rules of all groups share.
    package struct Settings: Sendable {
        package var surroundings: RuleTemplate.Surroundings
        /// Between two tellings of the same alert.
        package var resendDelay: Duration
        /// False as long as states from before a restart may still be read: then nothing is written over them.
        package var writesAlertSeries: Bool

        package init(
            surroundings: RuleTemplate.Surroundings = .init(),
            resendDelay: Duration = .seconds(60),
            writesAlertSeries: Bool = true
        ) {
            self.surroundings = surroundings
            self.resendDelay = resendDelay
            self.writesAlertSeries = writesAlertSeries
        }
    }

    /// - Throws: `PromQLError` for an expression that is none; what is read from files was looked at before.
    package init(_ group: RuleGroup, interval: Duration) throws(PromQLError) {
        self.group = group
        self.interval = group.interval ?? interval
        var rules: [RunningRule] = []
        for rule in group.rules { rules.append(try RunningRule(rule)) }
        self.rules = rules
    }

    /// Goes on where another one stopped: rules of the same name and labels keep their alerts.
    package mutating func takeOver(_ before: RunningGroup) {
        lastEvaluation = before.lastEvaluation
        evaluationTime = before.evaluationTime
        (missed, evaluations) = (before.missed, before.evaluations)
        orphans = before.orphans
        var left = before.rules
        for index in rules.indices {
            guard let place = left.firstIndex(where: { $0.rule.isSameSource(as: rules[index].rule) }) else { continue }
            rules[index].takeOver(left.remove(at: place))
        }
        for rule in left { orphans.formUnion(rule.series) }
    }

    /// One evaluation: the rules one after the other, each sees what the ones before wrote.
    ///
    /// Gives the alerts that are to be told now.
    package mutating func evaluate(
        at now: Timestamp,
        on data: some RuleData,
        freshness: SourceFreshness = .unknown,
        _ settings: Settings = Settings(),
        elapsed: () -> Duration = { .zero }
    ) async -> [Alert] {
        let start = elapsed()
        var due: [Alert] = []
        let moment = Moment(
            now: now,
            read: now + (.zero - (group.queryOffset ?? .zero)),
            interval: interval,
            limit: group.limit
        )
        for index in rules.indices {
            due += await rules[index].evaluate(moment, on: data, freshness, settings, elapsed: elapsed)
        }
        await endOrphans(at: moment.read, on: data)
        lastEvaluation = now
        evaluations += 1
        evaluationTime = elapsed() - start
        return due
    }

    /// When an evaluation takes place, and what it looks at.
    struct Moment {
        let now: Timestamp
        /// Earlier than now where the group has a `query_offset`.
        let read: Timestamp
        let interval: Duration
        let limit: Int
    }

    private mutating func endOrphans(at time: Timestamp, on data: some RuleData) async {
        guard !orphans.isEmpty else { return }
        let markers = orphans.map { VectorElement($0, .staleMarker) }
        if (try? await data.append(markers, at: time)) != nil { orphans = [] }
    }

    /// Lets alerts of a rule count from before a restart.
    mutating func restore(_ rule: Int, _ since: (ActiveAlert) -> Timestamp?) {
        rules[rule].restore(since)
    }

    /// Of all pending and firing alerts.
    var alertLabels: [LabelSet] { rules.flatMap { $0.alerts.current.map(\.labels) } }

    /// Takes up what a rule told before a restart and did not end.
    mutating func revive(_ unended: [Alert]) {
        for rule in rules.indices { rules[rule].revive(unended) }
    }
}

extension Rule {
    /// True where both write the same series.
    fileprivate func isSameSource(as other: Rule) -> Bool {
        name == other.name && labels == other.labels && (alerting == nil) == (other.alerting == nil)
    }
}
