package import FleetModel

/// What an alerting rule would have done over a stretch of the past, as it is and with other waits.
package struct RuleBacktest: Sendable {
    /// A pair of waits that is tried.
    package struct Waits: Hashable, Sendable {
        package var hold: Duration
        package var keepFiringFor: Duration

        package init(hold: Duration, keepFiringFor: Duration) {
            self.hold = hold
            self.keepFiringFor = keepFiringFor
        }
    }

    /// What came of one pair of waits.
    package struct Outcome: Hashable, Sendable {
        package var waits: Waits
        /// How often an alert began to fire.
        package var firings = 0
        /// Messages about alerts that began to fire, when the rule's alerts are one group: the first after half a minute, more
        /// no sooner than five minutes after the one before.
        package var pages = 0
        /// Of all alerts together.
        package var firingTime = Duration.zero
        package var longest = Duration.zero
        /// Firings by the label `node`, or `instance` where there is none.
        package var nodes: [String: Int] = [:]
        /// Alerts that fire at the end.
        package var stillFiring = 0
    }

    /// Between two messages about one group.
    fileprivate static let groupInterval = Duration.seconds(300)

    private let rule: Rule
    private let alerting: Rule.Alerting
    private var tries: [Try]

    fileprivate struct Try: Sendable {
        var outcome: Outcome
        var states = AlertingStates()
        var since: [LabelSet: Timestamp] = [:]
        var lastPage: Timestamp?
        var last: Timestamp?
    }

    /// The waits that are worth a look: as they are, a longer `for`, a longer `keep_firing_for`, both.
    package static func candidates(_ alerting: Rule.Alerting) -> [Waits] {
        let holds = [300, 900, 1800].map { Duration.seconds($0) }.filter { $0 > alerting.hold }
        let keeps = [300, 900, 3600].map { Duration.seconds($0) }.filter { $0 > alerting.keepFiringFor }
        let now = Waits(hold: alerting.hold, keepFiringFor: alerting.keepFiringFor)
        return [now] + holds.prefix(2).map { Waits(hold: $0, keepFiringFor: now.keepFiringFor) }
            + keeps.prefix(2).map { Waits(hold: now.hold, keepFiringFor: $0) }
            + zip(holds, keeps).prefix(1).map { Waits(hold: $0, keepFiringFor: $1) }
    }

    /// Nil for a recording rule.
    package init?(_ rule: Rule) {
        guard let alerting = rule.alerting else { return nil }
        (self.rule, self.alerting) = (rule, alerting)
        tries = Self.candidates(alerting).map { Try(outcome: Outcome(waits: $0)) }
    }

    /// One evaluation of the past. Templates in labels are not expanded: they name alerts, they do not make them.
    ///
    /// - Throws: `rules.same_labels`.
    package mutating func step(
        _ vector: [VectorElement],
        at now: Timestamp,
        freshness: SourceFreshness
    ) throws {
        let found = try AlertingStates.alerts(of: bare, vector, at: now) { text, _ in text }
        for index in tries.indices {
            var waits = alerting
            (waits.hold, waits.keepFiringFor) = (
                tries[index].outcome.waits.hold, tries[index].outcome.waits.keepFiringFor
            )
            try tries[index].step(found, waits, at: now, freshness)
        }
    }

    private var bare: Rule {
        var bare = alerting
        bare.annotations = []
        return Rule(.alerting(bare), expression: rule.expression, labels: rule.labels)
    }

    /// As the rule is first, then the others.
    package var outcomes: [Outcome] { tries.map(\.finished) }
}

extension RuleBacktest.Try {
    fileprivate mutating func step(
        _ found: [ActiveAlert],
        _ waits: Rule.Alerting,
        at now: Timestamp,
        _ freshness: SourceFreshness
    ) throws {
        try states.step(found, of: waits, at: now, freshness: freshness)
        var begins = false
        for (labels, alert) in states.active {
            if alert.isFiring, since[labels] == nil {
                since[labels] = now
                begins = true
                outcome.firings += 1
                let node = labels["node"].isEmpty ? labels["instance"] : labels["node"]
                outcome.nodes[node, default: 0] += 1
            } else if !alert.isFiring, let start = since.removeValue(forKey: labels) {
                count(now - start)
            }
        }
        if begins, lastPage.map({ now - $0 >= RuleBacktest.groupInterval }) ?? true {
            outcome.pages += 1
            lastPage = now
        } else if begins, let before = lastPage, before <= now {
            // They are told together with the next message.
            outcome.pages += 1
            lastPage = before + RuleBacktest.groupInterval
        }
        last = now
    }

    private mutating func count(_ duration: Duration) {
        outcome.firingTime += duration
        outcome.longest = max(outcome.longest, duration)
    }

    /// With what still fires at the end.
    fileprivate var finished: RuleBacktest.Outcome {
        var copy = self
        guard let last else { return outcome }
        for start in since.values { copy.count(last - start) }
        copy.outcome.stillFiring = since.count
        return copy.outcome
    }
}
