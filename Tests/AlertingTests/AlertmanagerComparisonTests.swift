import Alerting
import FleetModel
import Foundation
import Testing

/// The same alerts to a real Alertmanager and to the engine: the same messages for each group, in the same order.
@Suite struct AlertmanagerComparisonTests {
    /// On a machine so slow that two of its steps fall into one interval it sends other messages: then with longer intervals.
    @Test func `a real Alertmanager sends the same messages`() throws {
        let ours = Self.byGroup(try engineMessages())
        var theirs: [String: [String]] = [:]
        for factor in [1, 3, 8] {
            theirs = Self.byGroup(try realMessages(slowedBy: factor))
            if theirs == ours { return }
        }
        #expect(theirs == ours)
    }

    private func realMessages(slowedBy factor: Int) throws -> [String] {
        let real = try RealAlertmanager(Self.configuration(slowedBy: factor))
        try real.start()
        try real.silence("alertname=Disk")
        try real.post([Self.downA, Self.downB, Self.slowA, Self.slowC, Self.disk], ended: false)
        try real.wait { $0.count >= 2 }
        try real.post([Self.downB], ended: true)
        try real.wait { $0.contains { $0.contains("resolved=b") } }
        try real.post([Self.downA], ended: true)
        try real.wait { $0.contains { $0.contains("resolved=a") } && $0.contains { $0.contains("firing=a,c") } }
        try real.expireSilences()
        try real.wait { $0.contains { $0.contains("Disk") } }
        try real.post([Self.slowA, Self.slowC, Self.disk], ended: true)
        try real.wait { $0.contains { $0.contains("resolved=a,c") } && $0.contains { $0.contains("resolved=d") } }
        return try real.messages()
    }

    private func engineMessages() throws -> [String] {
        var stage = Stage()
        let silence = Silence(
            matchers: [LabelMatcher("alertname", .equal("Disk"))],
            startsAt: stage.now,
            endsAt: stage.now + .seconds(3600),
            updatedAt: stage.now,
            createdBy: "test",
            comment: "test"
        )
        _ = try stage.engine.silences.set(silence, newID: "s", at: stage.now)
        stage.post([Self.downA, Self.downB, Self.slowA, Self.slowC, Self.disk], ended: false)
        stage.run(seconds: 2)
        stage.post([Self.downB], ended: true)
        stage.run(seconds: 2)
        stage.post([Self.downA], ended: true)
        stage.run(seconds: 2)
        _ = try stage.engine.silences.expire("s", at: stage.now)
        stage.run(seconds: 2)
        stage.post([Self.slowA, Self.slowC, Self.disk], ended: true)
        stage.run(seconds: 2)
        return stage.messages
    }

    private static func byGroup(_ messages: [String]) -> [String: [String]] {
        Dictionary(grouping: messages) { String($0.split(separator: " firing=", maxSplits: 1)[0]) }
    }

    static let downA = ["alertname": "Down", "instance": "a", "severity": "critical"]
    static let downB = ["alertname": "Down", "instance": "b", "severity": "critical"]
    static let slowA = ["alertname": "Slow", "instance": "a", "severity": "warning"]
    static let slowC = ["alertname": "Slow", "instance": "c", "severity": "warning"]
    static let disk = ["alertname": "Disk", "instance": "d", "severity": "info"]

    /// `HOOK` is where the messages go.
    static func configuration(slowedBy factor: Int) -> String {
        """
        route:
          receiver: hook
          group_by: [alertname]
          group_wait: \(factor)s
          group_interval: \(2 * factor)s
          repeat_interval: 1h
          routes:
            - matchers: ['severity=~"warning|info"', 'instance!=""']
        receivers:
          - name: hook
            webhook_configs: [{url: 'HOOK'}]
        inhibit_rules:
          - source_matchers: [severity=critical]
            target_matchers: [severity=warning]
            equal: [instance]
        """
    }
}

/// The engine with the plan of that configuration.
private struct Stage {
    var engine: NotificationEngine
    var now = Timestamp(milliseconds: 1_700_000_000_000)
    var messages: [String] = []

    init() {
        var root = Route(receiver: "hook")
        root.grouping = .labels(["alertname"])
        (root.groupWait, root.groupInterval, root.repeatInterval) = (.seconds(1), .seconds(2), .seconds(3600))
        var child = root
        let pattern = try? Pattern("warning|info")
        child.matchers =
            [LabelMatcher("instance", .notEqual(""))]
            + (pattern.map { [LabelMatcher("severity", .matches($0))] } ?? [])
        root.children = [child]
        let settings = IntegrationSettings.webhook(WebhookSettings(url: Secret("http://localhost/")))
        let integration = Integration(kind: "webhook", index: 0, sendsResolved: true, settings: settings)
        let rule = InhibitionRule(
            source: [LabelMatcher("severity", .equal("critical"))],
            target: [LabelMatcher("severity", .equal("warning"))],
            equal: ["instance"]
        )
        engine = NotificationEngine(
            plan: NotificationPlan(
                root: root,
                receivers: [Receiver(name: "hook", integrations: [integration])],
                inhibitions: [rule]
            ),
            at: now
        )
    }

    mutating func post(_ alerts: [[String: String]], ended: Bool) {
        let posted = alerts.map { labels in
            PostedAlert(
                labels: LabelSet(labels.map { LabelSet.Label($0.key, $0.value) }),
                startsAt: Timestamp(milliseconds: 1_700_000_000_000),
                endsAt: ended ? now : now + .seconds(3600)
            )
        }
        engine.receive(posted, from: .api, at: now)
    }

    mutating func run(seconds: Int) {
        for _ in 0..<seconds {
            now = now + .seconds(1)
            for case .send(let order) in engine.advance(to: now) {
                let firing = order.notice.firing.map { $0.labels["instance"] }.sorted().joined(separator: ",")
                let resolved = order.notice.resolved.map { $0.labels["instance"] }.sorted().joined(separator: ",")
                messages.append("\(order.notice.groupKey) firing=\(firing) resolved=\(resolved)")
                engine.settle(order, .taken, at: now)
            }
        }
    }
}
