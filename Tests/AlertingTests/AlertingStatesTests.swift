import Alerting
import FleetModel
import Testing

/// The states of alerts, minute by minute.
@Suite struct AlertingStatesTests {
    /// What the expression gives in each minute (`1` it holds, `.` it does not, `s` the node is silent), and the state after
    /// it: `p`ending, `f`iring, `s`tale, `r`esolved, `-` nothing.
    static let lines: [(hold: Int, keep: Int, seen: String, states: String)] = [
        (0, 0, "11.", "ffr"), (2, 0, "111.", "ppfr"), (2, 0, "11.11", "pp-pp"), (0, 2, "1...", "fffr"),
        (0, 2, "1.1...", "fffffr"), (0, 0, "1ss1.", "fssfr"), (0, 0, "1s.", "fsr"),
        (0, 2, "1s...", "fsffr"), (2, 0, "1s11", "p-pp"), (0, 0, "1.1", "frf"), (0, 2, "1.s..", "ffsff"),
    ]

    @Test(arguments: lines)
    func `an alert goes through its states`(hold: Int, keep: Int, seen: String, states: String) throws {
        let rule = Rule.Alerting(name: "A", hold: .seconds(60 * hold), keepFiringFor: .seconds(60 * keep))
        var running = AlertingStates()
        var found = ""
        for (minute, sight) in seen.enumerated() {
            let now = Self.minute(minute)
            let fresh: Set<String> = sight == "s" ? [] : ["pi"]
            try running.step(
                sight == "1" ? [Self.alert(at: now)] : [],
                of: rule,
                at: now,
                freshness: SourceFreshness(nodes: ["pi"], freshNodes: fresh)
            )
            found += Self.letter(running.active.values.first)
        }
        #expect(found == states)
    }

    private static func minute(_ number: Int) -> Timestamp { Timestamp(milliseconds: Int64(number) * 60_000) }

    private static func alert(at now: Timestamp, _ labels: [String: String] = ["node": "pi"]) -> ActiveAlert {
        let labels = LabelSet(labels.map { LabelSet.Label($0, $1) })
        return ActiveAlert(labels: labels, annotations: .empty, value: 1, activeAt: now)
    }

    private static func letter(_ alert: ActiveAlert?) -> String {
        switch alert?.phase {
        case nil: "-"
        case .pending: "p"
        case .firing(_, .stale): "s"
        case .firing: "f"
        case .resolved: "r"
        }
    }

    @Test func `a silent node that is unregistered ends its alerts`() throws {
        var running = AlertingStates()
        let rule = Rule.Alerting(name: "A")
        try running.step([Self.alert(at: Self.minute(0))], of: rule, at: Self.minute(0))
        try running.step([], of: rule, at: Self.minute(1), freshness: SourceFreshness(nodes: ["pi"]))
        #expect(running.current.first?.staleSince == Self.minute(1))
        try running.step([], of: rule, at: Self.minute(2), freshness: SourceFreshness(nodes: ["other"]))
        #expect(running.current.isEmpty)
    }

    @Test func `a target that does not answer is silent, one that is gone is not`() {
        let up = { (labels: [String: String], value: Double) in
            VectorElement(LabelSet(labels.map { LabelSet.Label($0, $1) }), value)
        }
        let sources = SourceFreshness(
            up: [up(["instance": "a:1"], 0), up(["instance": "b:1"], 1), up(["node": "pi", "instance": "c:22"], 1)],
            registered: ["pi", "down"]
        )
        let labels = { (text: [String: String]) in LabelSet(text.map { LabelSet.Label($0, $1) }) }
        #expect(sources.isSilent(labels(["instance": "a:1"])))
        #expect(!sources.isSilent(labels(["instance": "b:1"])))
        #expect(!sources.isSilent(labels(["instance": "gone:1"])))
        #expect(!sources.isSilent(labels(["node": "pi"])))
        #expect(sources.isSilent(labels(["node": "down", "instance": "x:22"])))
        #expect(!sources.isSilent(labels(["node": "stranger"])))
        #expect(!sources.isSilent(.empty))
    }

    @Test func `a resolved alert is kept for a quarter of an hour and told again`() throws {
        var running = AlertingStates()
        let rule = Rule.Alerting(name: "A")
        var told: [Int] = []
        for minute in 0..<30 {
            let now = Self.minute(minute)
            try running.step(minute == 0 ? [Self.alert(at: now)] : [], of: rule, at: now)
            let due = running.due(at: now, resendDelay: .seconds(60), interval: .seconds(60))
            if !due.isEmpty { told.append(minute) }
        }
        #expect(told == [0, 1, 3, 5, 7, 9, 11, 13, 15])
        #expect(running.active.isEmpty)
    }

    @Test func `what is told ends by itself after four intervals`() throws {
        var running = AlertingStates()
        try running.step([Self.alert(at: Self.minute(0))], of: Rule.Alerting(name: "A"), at: Self.minute(0))
        let due = running.due(at: Self.minute(0), resendDelay: .seconds(60), interval: .seconds(300))
        let alert = try #require(due.first?.alert(generatorURL: "u"))
        #expect(alert.startsAt == Self.minute(0))
        #expect(alert.endsAt == Self.minute(20))
        #expect(running.due(at: Self.minute(1), resendDelay: .seconds(60), interval: .seconds(300)).isEmpty)
    }

    @Test func `a stale alert says so`() throws {
        var running = AlertingStates()
        let rule = Rule.Alerting(name: "A")
        try running.step([Self.alert(at: Self.minute(0))], of: rule, at: Self.minute(0))
        _ = running.due(at: Self.minute(0), resendDelay: .seconds(600), interval: .seconds(60))
        try running.step([], of: rule, at: Self.minute(1), freshness: SourceFreshness(nodes: ["pi"]))
        let told = running.due(at: Self.minute(1), resendDelay: .seconds(600), interval: .seconds(60))
        let alert = try #require(told.first?.alert(generatorURL: ""))
        #expect(!alert.isResolved(at: Self.minute(1)))
        #expect(alert.annotations[ActiveAlert.staleAnnotation].contains("1970-01-01T00:01:00"))
    }

    @Test func `over the limit all alerts are forgotten`() throws {
        var running = AlertingStates()
        let alerts = ["a", "b"].map { Self.alert(at: Self.minute(0), ["node": $0]) }
        let error = #expect(throws: RuleFault.self) {
            try running.step(alerts, of: Rule.Alerting(name: "A"), at: Self.minute(0), limit: 1)
        }
        #expect(error?.problem == "exceeded limit of 1 with 2 alerts")
        #expect(running.active.isEmpty)
    }

    /// `for`, how long it was pending before the outage of ten minutes, and in how many minutes it fires.
    static let outages: [(hold: Int, before: Int, left: Int)] = [
        (30, 40, 0), (30, 30, 0), (30, 25, 10), (30, 5, 25), (5, 6, 0), (5, 2, 3),
    ]

    @Test(arguments: outages)
    func `an outage does not make an alert begin anew`(hold: Int, before: Int, left: Int) {
        let (started, down, now) = (Self.minute(100), Self.minute(100 + before), Self.minute(110 + before))
        let start = RuleStateRestoring().start(
            activeAt: started,
            storedAt: down,
            hold: .seconds(60 * hold),
            now: now
        )
        #expect(max(.zero, start + .seconds(60 * hold) - now) == .seconds(60 * left))
    }
}
