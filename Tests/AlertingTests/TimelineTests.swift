import Alerting
import FleetModel
import Testing

/// Alertmanager's ways, second by second: group_wait 10 s, group_interval 60 s, repeat_interval 600 s.
@Suite struct TimelineTests {
    let a = labels(("alertname", "Down"), ("instance", "a"))
    let b = labels(("alertname", "Down"), ("instance", "b"))

    @Test func `a firing waits for its group, and its resolve for the next turn`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 4)
        bench.fire(b)
        bench.run(until: 30)
        bench.resolve(a)
        bench.run(until: 100)
        bench.resolve(b)
        bench.run(until: 2000)
        #expect(
            bench.sent == [
                "10 ops firing[a,b] resolved[]", "70 ops firing[b] resolved[a]", "130 ops firing[] resolved[b]",
            ]
        )
    }

    @Test func `what has not changed is told again when the repeat interval has passed`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 1400)
        #expect(
            bench.sent == [
                "10 ops firing[a] resolved[]", "670 ops firing[a] resolved[]", "1330 ops firing[a] resolved[]",
            ]
        )
        #expect(bench.held.first == "70 {alertname=\"Down\", instance=\"a\"} already_told")
        #expect(bench.held.count == 3)
    }

    @Test func `an alert that ends before anything was sent is never told, and that is said`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 5)
        bench.resolve(a)
        bench.run(until: 1000)
        #expect(bench.sent == [])
        #expect(bench.held == ["10 {alertname=\"Down\", instance=\"a\"} never_told"])
    }

    @Test func `a place that takes no resolves is told of the next firing at once`() {
        var bench = NotificationBench(NotificationBench.plan(sendsResolved: false))
        bench.fire(a)
        bench.run(until: 20)
        bench.resolve(a)
        bench.run(until: 300)
        bench.fire(a)
        bench.run(until: 400)
        #expect(bench.sent == ["10 ops firing[a] resolved[]", "310 ops firing[a] resolved[]"])
    }

    @Test func `a silence holds a firing back, and its end lets it through`() throws {
        var bench = NotificationBench(NotificationBench.plan())
        try bench.silence([LabelMatcher("instance", .equal("a"))], for: 100)
        bench.fire(a)
        bench.run(until: 300)
        #expect(bench.sent == ["130 ops firing[a] resolved[]"])
        #expect(bench.held.first == "10 {alertname=\"Down\", instance=\"a\"} silenced")
    }

    @Test func `an alert without an end from the interface ends when it is not repeated`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.engine.receive([PostedAlert(labels: a)], from: .api, at: bench.now)
        bench.run(until: 1000)
        #expect(bench.sent == ["10 ops firing[a] resolved[]", "310 ops firing[] resolved[a]"])
    }

    @Test func `a mute interval says nothing, and afterwards it is told`() throws {
        // The start is 22:13:20 UTC on a Tuesday.
        let night = TimeInterval(times: [22 * 60..<22 * 60 + 15], weekdays: [2...2])
        var quiet = NotificationBench.route("ops", [LabelMatcher("alertname", .equal("Down"))])
        quiet.muteIntervals = ["night"]
        var bench = NotificationBench(NotificationBench.plan(children: [quiet], intervals: ["night": [night]]))
        bench.fire(a)
        bench.run(until: 300)
        #expect(bench.sent == ["130 ops firing[a] resolved[]"])
        #expect(bench.held.first == "10 {alertname=\"Down\", instance=\"a\"} muted")
    }

    @Test func `an inhibited alert waits for its source to end`() {
        let rule = InhibitionRule(
            source: [LabelMatcher("severity", .equal("critical"))],
            target: [LabelMatcher("severity", .equal("warning"))],
            equal: ["instance"]
        )
        var bench = NotificationBench(NotificationBench.plan(inhibitions: [rule]))
        let source = labels(("alertname", "Down"), ("instance", "a"), ("severity", "critical"))
        let target = labels(("alertname", "Slow"), ("instance", "a"), ("severity", "warning"))
        bench.fire(source)
        bench.fire(target)
        bench.fire(labels(("alertname", "Slow"), ("instance", "b"), ("severity", "warning")))
        bench.run(until: 100)
        bench.resolve(source)
        bench.run(until: 200)
        #expect(
            bench.sent == [
                "10 ops firing[a] resolved[]", "10 ops firing[b] resolved[]", "130 ops firing[] resolved[a]",
                "130 ops firing[a,b] resolved[]",
            ]
        )
    }

    @Test func `routes that go on tell several receivers, each by its own group`() {
        var first = NotificationBench.route("pager", [LabelMatcher("instance", .equal("a"))])
        first.continues = true
        let second = NotificationBench.route("mail", [LabelMatcher("alertname", .equal("Down"))])
        let plan = NotificationBench.plan(receivers: ["ops", "pager", "mail"], children: [first, second])
        var bench = NotificationBench(plan)
        bench.fire(a)
        bench.fire(b)
        bench.run(until: 20)
        #expect(Set(bench.sent) == ["10 pager firing[a] resolved[]", "10 mail firing[a,b] resolved[]"])
    }
}
