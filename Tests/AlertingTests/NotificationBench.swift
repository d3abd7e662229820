import Alerting
import FleetModel

/// A notification engine on a hand-moved clock, with receivers that take everything unless told otherwise.
struct NotificationBench {
    var engine: NotificationEngine
    var now: Timestamp
    private(set) var sent: [String] = []
    private(set) var held: [String] = []
    var outcome = NotificationEngine.Outcome.taken
    private var alerts: [UInt64: KnownAlert] = [:]
    private var records: [NoticeRecord.Key: NoticeRecord] = [:]

    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    init(_ plan: NotificationPlan) {
        now = Self.start
        engine = NotificationEngine(plan: plan, at: now)
    }

    /// group_wait 10 s, group_interval 60 s, repeat_interval 600 s.
    static func plan(
        groupBy: [String] = ["alertname"],
        receivers: [String] = ["ops"],
        sendsResolved: Bool = true,
        inhibitions: [InhibitionRule] = [],
        flapping: AlertPolicy.Flapping = .off,
        children: [Route] = [],
        intervals: TimeIntervals = [:]
    ) -> NotificationPlan {
        var root = Self.route(receivers[0])
        root.grouping = .labels(groupBy)
        root.children = children
        return NotificationPlan(
            root: root,
            receivers: receivers.map { name in
                let settings = IntegrationSettings.webhook(WebhookSettings(url: Secret("http://localhost/")))
                let integration = Integration(
                    kind: "webhook",
                    index: 0,
                    sendsResolved: sendsResolved,
                    settings: settings
                )
                return Receiver(name: name, integrations: [integration])
            },
            inhibitions: inhibitions,
            intervals: intervals,
            policy: AlertPolicy(flapping: flapping)
        )
    }

    static func route(_ receiver: String, _ matchers: [LabelMatcher] = []) -> Route {
        var route = Route(receiver: receiver, matchers: matchers)
        route.grouping = .labels(["alertname"])
        (route.groupWait, route.groupInterval, route.repeatInterval) = (.seconds(10), .seconds(60), .seconds(600))
        return route
    }

    /// Seconds since the start.
    var second: Int { Int((now - Self.start).milliseconds / 1000) }

    mutating func fire(_ labels: LabelSet, from source: AlertSource = .rules, lasting: Int = 100_000) {
        engine.receive(
            [PostedAlert(labels: labels, startsAt: now, endsAt: now + .seconds(lasting))],
            from: source,
            at: now
        )
    }

    mutating func tellStale(_ labels: LabelSet) {
        let stale = LabelSet([.init(KnownAlert.staleAnnotation, "no samples")])
        engine.receive(
            [PostedAlert(labels: labels, annotations: stale, endsAt: now + .seconds(100_000))],
            from: .rules,
            at: now
        )
    }

    mutating func resolve(_ labels: LabelSet, from source: AlertSource = .rules) {
        engine.receive([PostedAlert(labels: labels, endsAt: now)], from: source, at: now)
    }

    /// Second by second, so that every timer is seen.
    mutating func run(until second: Int) {
        while true {
            for decision in engine.advance(to: now) { note(decision) }
            guard self.second < second else { return }
            now = now + .seconds(1)
        }
    }

    /// As after `kill -9`: only what was written down is left.
    mutating func restart(_ plan: NotificationPlan? = nil) {
        writeDown()
        engine = NotificationEngine(
            plan: plan ?? engine.plan,
            alerts: Array(alerts.values),
            records: Array(records.values),
            silences: Array(engine.silences.silences.values),
            at: now
        )
    }

    private mutating func writeDown() {
        let changes = engine.takeChanges()
        for known in changes.alerts { alerts[known.fingerprint] = known }
        for fingerprint in changes.gone { alerts[fingerprint] = nil }
        for record in changes.records { records[record.key] = record }
        for key in changes.forgotten { records[key] = nil }
    }

    private mutating func note(_ decision: Decision) {
        switch decision {
        case .hold(let held): self.held.append("\(second) \(held.alertText) \(held.reason.word)")
        case .send(let order):
            if !order.isSilent {
                let firing = order.notice.firing.map { $0.labels["instance"] }.sorted().joined(separator: ",")
                let resolved = order.notice.resolved.map { $0.labels["instance"] }.sorted().joined(separator: ",")
                sent.append("\(second) \(order.place.receiver) firing[\(firing)] resolved[\(resolved)]")
            }
            engine.settle(order, outcome, at: now)
        }
    }
}

func labels(_ pairs: (String, String)...) -> LabelSet { LabelSet(pairs.map { LabelSet.Label($0.0, $0.1) }) }

extension NotificationBench {
    mutating func silence(_ matchers: [LabelMatcher], for seconds: Int) throws {
        let silence = Silence(
            matchers: matchers,
            startsAt: now,
            endsAt: now + .seconds(seconds),
            updatedAt: now,
            createdBy: "test",
            comment: "test"
        )
        _ = try engine.silences.set(silence, newID: "s\(engine.silences.silences.count)", at: now)
    }
}
