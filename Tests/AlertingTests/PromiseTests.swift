import Alerting
import FleetModel
import Testing

/// What Alertmanager does not promise and this does.
@Suite struct PromiseTests {
    let a = labels(("alertname", "Down"), ("instance", "a"))
    let b = labels(("alertname", "Down"), ("instance", "b"))

    @Test func `a firing that was sent is resolved although it is silenced by then`() throws {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 20)
        try bench.silence([LabelMatcher("instance", .equal("a"))], for: 10_000)
        bench.resolve(a)
        bench.run(until: 300)
        #expect(bench.sent == ["10 ops firing[a] resolved[]", "70 ops firing[] resolved[a]"])
    }

    @Test func `a firing that was sent is resolved although a silence came and others were told meanwhile`() throws {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 20)
        try bench.silence([LabelMatcher("instance", .equal("a"))], for: 10_000)
        bench.fire(b)
        bench.run(until: 80)
        bench.resolve(b)
        bench.run(until: 140)
        bench.resolve(a)
        bench.run(until: 300)
        #expect(
            bench.sent == [
                "10 ops firing[a] resolved[]", "70 ops firing[b] resolved[]", "130 ops firing[] resolved[b]",
                "190 ops firing[] resolved[a]",
            ]
        )
    }

    @Test func `a firing that was sent is resolved although it is inhibited by then`() {
        let rule = InhibitionRule(
            source: [LabelMatcher("alertname", .equal("Root"))],
            target: [LabelMatcher("alertname", .equal("Down"))],
            equal: []
        )
        var bench = NotificationBench(NotificationBench.plan(inhibitions: [rule]))
        bench.fire(a)
        bench.run(until: 20)
        bench.fire(labels(("alertname", "Root"), ("instance", "r")))
        bench.resolve(a)
        bench.run(until: 80)
        #expect(bench.sent.contains("70 ops firing[] resolved[a]"))
    }

    @Test func `a resolve in a mute interval is told when that is over`() {
        // The start is 22:13:20 UTC: muted from 22:14 to 22:16.
        let night = TimeInterval(times: [22 * 60 + 14..<22 * 60 + 16])
        var quiet = NotificationBench.route("ops", [LabelMatcher("alertname", .equal("Down"))])
        quiet.muteIntervals = ["night"]
        var bench = NotificationBench(NotificationBench.plan(children: [quiet], intervals: ["night": [night]]))
        bench.fire(a)
        bench.run(until: 60)
        bench.resolve(a)
        bench.run(until: 400)
        #expect(bench.sent == ["10 ops firing[a] resolved[]", "190 ops firing[] resolved[a]"])
    }

    @Test func `a firing that was sent is resolved although its group is gone from the configuration`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 20)
        bench.engine.use(NotificationBench.plan(groupBy: ["instance"], receivers: ["new", "ops"]), at: bench.now)
        bench.run(until: 40)
        bench.resolve(a)
        bench.run(until: 200)
        #expect(
            Set(bench.sent) == [
                "10 ops firing[a] resolved[]", "20 new firing[a] resolved[]", "40 ops firing[] resolved[a]",
                "80 new firing[] resolved[a]",
            ]
        )
    }

    @Test func `a resolve whose receiver is gone is recorded`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 20)
        bench.engine.use(NotificationBench.plan(receivers: ["new"]), at: bench.now)
        bench.resolve(a)
        bench.run(until: 30)
        #expect(bench.sent == ["10 ops firing[a] resolved[]"])
        #expect(bench.held.last == "20 {alertname=\"Down\", instance=\"a\"} receiver_gone")
    }

    @Test func `rules that fall silent end nothing`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a, lasting: 60)
        bench.run(until: 500)
        #expect(bench.sent == ["10 ops firing[a] resolved[]"])
        #expect(bench.held.contains("60 {alertname=\"Down\", instance=\"a\"} stale"))
        bench.resolve(a)
        bench.run(until: 600)
        #expect(bench.sent.last == "550 ops firing[] resolved[a]")
    }

    @Test func `an alert whose samples stopped is stale until it is told without that word`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.run(until: 20)
        bench.tellStale(a)
        bench.run(until: 30)
        bench.fire(a)
        bench.run(until: 40)
        bench.tellStale(a)
        bench.run(until: 200)
        #expect(bench.sent == ["10 ops firing[a] resolved[]"])
        #expect(
            bench.held.filter { $0.hasSuffix("stale") } == [
                "20 {alertname=\"Down\", instance=\"a\"} stale", "40 {alertname=\"Down\", instance=\"a\"} stale",
            ]
        )
    }

    @Test func `a restart sends nothing again and forgets nothing`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(a)
        bench.fire(b, from: .api, lasting: 400)
        bench.run(until: 30)
        bench.restart()
        bench.run(until: 90)
        bench.resolve(a)
        bench.restart()
        bench.run(until: 600)
        #expect(
            bench.sent == [
                "10 ops firing[a,b] resolved[]", "90 ops firing[b] resolved[a]", "450 ops firing[] resolved[b]",
            ]
        )
    }

    @Test func `a flapping alert is held firing until it has been quiet`() {
        var bench = NotificationBench(
            NotificationBench.plan(flapping: .init(starts: 3, window: .seconds(1800), quiet: .seconds(300)))
        )
        for turn in 0..<5 {
            bench.fire(a)
            bench.run(until: turn * 120 + 60)
            bench.resolve(a)
            bench.run(until: turn * 120 + 120)
        }
        bench.run(until: 2000)
        // Two rounds are told; from the third on it is damped: fired at 480 for the last time, quiet until 780.
        #expect(bench.sent.count == 6)
        #expect(bench.sent.suffix(2).allSatisfy { !$0.contains("firing[a] resolved[a]") })
        #expect(bench.held.contains { $0.hasSuffix("flapping") })
        #expect(bench.sent.last?.hasSuffix("firing[] resolved[a]") == true)
    }

    @Test func `one dead host is one message`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.fire(labels(("alertname", "NodeDown"), ("node", "pi-1"), ("instance", "a")))
        bench.fire(labels(("alertname", "ServiceDown"), ("node", "pi-1"), ("instance", "b")))
        bench.fire(labels(("alertname", "NTPNotSynced"), ("node", "pi-1"), ("instance", "c")))
        bench.fire(labels(("alertname", "NTPNotSynced"), ("node", "pi-2"), ("instance", "d")))
        bench.run(until: 100)
        #expect(bench.sent.count == 2)
        #expect(bench.held.filter { $0.hasSuffix("behind") }.count == 2)
    }

    @Test func `one dead uplink is one message`() {
        var bench = NotificationBench(NotificationBench.plan())
        let nodes = (1...4).map { ReachFinding.NodeReach(name: "pi-\($0)", parent: "gate", isDown: true) }
        let gate = ReachFinding.NodeReach(name: "gate", parent: nil, isDown: false)
        let other = ReachFinding.NodeReach(name: "web", parent: nil, isDown: true)
        bench.engine.findings = ReachFinding.find(nodes + [gate, other], ownLinkWorks: true)
        for node in nodes + [other] {
            bench.fire(labels(("alertname", "NodeDown"), ("node", node.name), ("instance", node.name)))
        }
        bench.engine.receive(bench.engine.findings.map(\.alert), from: .rules, at: bench.now)
        bench.run(until: 20)
        #expect(bench.sent.count == 2)
        #expect(bench.sent.contains("10 ops firing[web] resolved[]"))
        #expect(bench.held.filter { $0.hasSuffix("behind") }.count == 4)
    }

    @Test(
        arguments: [
            (nodes: "gate- pi1<gate- pi2<gate-", link: true, found: ["gate: pi1 pi2"]),
            (nodes: "gate+ pi1<gate- pi2<gate-", link: true, found: ["gate: pi1 pi2"]),
            (nodes: "gate+ pi1<gate- pi2<gate+", link: true, found: []),
            (nodes: "gate+ pi1<gate-", link: true, found: []),
            (nodes: "gate- pi1<gate-", link: true, found: ["gate: pi1"]),
            (nodes: "a- b<a- c<b- d<b-", link: true, found: ["a: b c d"]),
            (nodes: "a+ b<a- c<b- d<b- e<a+", link: true, found: ["b: c d"]),
            (nodes: "a<b- b<a-", link: true, found: ["a: b"]),
            (nodes: "a- b- c+", link: false, found: ["the controller's own link: a b"]),
            (nodes: "a+", link: false, found: []),
        ]
    )
    func `what stands before lost nodes is found`(nodes: String, link: Bool, found: [String]) {
        let reach = nodes.split(separator: " ").map { word in
            let parts = word.dropLast().split(separator: "<").map(String.init)
            return ReachFinding.NodeReach(
                name: parts[0],
                parent: parts.count > 1 ? parts[1] : nil,
                isDown: word.last == "-"
            )
        }
        let findings = ReachFinding.find(reach, ownLinkWorks: link)
        #expect(findings.map { "\($0.text): " + $0.nodes.sorted().joined(separator: " ") } == found)
    }

    @Test func `a refused message is not tried again until the configuration changes`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.outcome = .refused
        bench.fire(a)
        bench.run(until: 200)
        #expect(bench.sent == ["10 ops firing[a] resolved[]"])
        #expect(bench.held.contains("70 {alertname=\"Down\", instance=\"a\"} refused"))
        bench.outcome = .taken
        bench.engine.use(NotificationBench.plan(), at: bench.now)
        bench.run(until: 210)
        #expect(bench.sent.last == "200 ops firing[a] resolved[]")
    }

    @Test func `a message that may have arrived is owed its resolve`() {
        var bench = NotificationBench(NotificationBench.plan())
        bench.outcome = .uncertain
        bench.fire(a)
        bench.run(until: 20)
        bench.resolve(a)
        bench.outcome = .taken
        bench.run(until: 100)
        #expect(bench.sent == ["10 ops firing[a] resolved[]", "70 ops firing[] resolved[a]"])
    }
}
