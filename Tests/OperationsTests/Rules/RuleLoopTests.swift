import Alerting
import FleetModel
import Operations
import PromQL
import Synchronization
import Testing

/// The rules' loop on a clock that is moved by hand.
@Suite struct RuleLoopTests {
    /// A fleet of one node, its samples in memory.
    private final class Bench: AlertSink, Sendable {
        let memory: RuleSeriesMemory
        let clock: Mutex<Timestamp>
        let told = Mutex<[Alert]>([])
        let nodes = Mutex<Set<String>>(["pi"])

        init(_ memory: RuleSeriesMemory = RuleSeriesMemory(), at start: Timestamp = Bench.start) {
            self.memory = memory
            clock = Mutex(start)
        }

        static let start = Timestamp(milliseconds: 1_700_000_000_000)

        var alerts: [Alert] { told.withLock { $0 } }

        var now: Timestamp { clock.withLock { $0 } }

        func accept(_ alerts: [Alert], at now: Timestamp) async { told.withLock { $0 += alerts } }

        func unended() async -> [Alert] {
            let last = told.withLock { Dictionary($0.map { ($0.labels, $0) }, uniquingKeysWith: { $1 }) }
            return last.values.filter { !$0.isResolved(at: now) }
        }

        func loop() -> RuleLoop {
            RuleLoop(
                .init(
                    data: memory,
                    states: StoredRuleStates(memory),
                    sink: self,
                    registered: { self.nodes.withLock { $0 } }
                ),
                now: { self.now },
                elapsed: { .zero }
            )
        }

        /// Goes on for a minute at a time; `samples` are there before each evaluation.
        func run(_ loop: RuleLoop, minutes: Int, _ samples: [String: Double]) async throws {
            for _ in 0..<minutes {
                let now = clock.withLock { now in
                    now = now + .seconds(60)
                    return now
                }
                let elements = samples.map { name, value in
                    let labels = [LabelSet.Label("__name__", name), LabelSet.Label("node", "pi")]
                    return VectorElement(LabelSet(labels), value)
                }
                // A little before the evaluation.
                try memory.append(elements, at: Timestamp(milliseconds: now.milliseconds - 59_000))
                await loop.evaluateDue()
            }
        }

        func last(_ name: String) throws -> [VectorElement] { try memory.vector(Query(name), at: now) }
    }

    private static func file(_ rules: [Rule], group: String = "g") -> [RuleFile] {
        let group = RuleGroup(name: group, file: "f.yml", interval: .seconds(60), rules: rules)
        return [RuleFile(path: "f.yml", groups: [group])]
    }

    private static func alert(hold: Duration = .zero) -> Rule {
        Rule(.alerting(.init(name: "Hot", hold: hold)), expression: "temp > 70")
    }

    @Test func `an alert fires, is told again, and its end is told`() async throws {
        let bench = Bench()
        let loop = bench.loop()
        try await loop.use(Self.file([Self.alert()]), interval: .seconds(60))
        try await bench.run(loop, minutes: 1, ["temp": 60, "up": 1])
        #expect(bench.alerts.isEmpty)
        try await bench.run(loop, minutes: 3, ["temp": 80, "up": 1])
        let firing = bench.alerts
        #expect(firing.count >= 2)
        #expect(firing.allSatisfy { $0.name == "Hot" && !$0.isResolved(at: bench.now) })
        try await bench.run(loop, minutes: 1, ["temp": 60, "up": 1])
        #expect(bench.alerts.last?.isResolved(at: bench.now) == true)
        #expect(try bench.last("ALERTS").isEmpty)
    }

    @Test func `a silent node does not end its alerts`() async throws {
        let bench = Bench()
        let loop = bench.loop()
        try await loop.use(Self.file([Self.alert()]), interval: .seconds(60))
        try await bench.run(loop, minutes: 2, ["temp": 80, "up": 1])
        try await bench.run(loop, minutes: 15, ["up": 0])
        let view = try #require(await loop.groups().first?.rules.first?.alerting)
        #expect(view.alerts.map(\.isFiring) == [true])
        #expect(bench.alerts.last?.annotations[ActiveAlert.staleAnnotation].isEmpty == false)
        bench.nodes.withLock { $0 = [] }
        try await bench.run(loop, minutes: 1, [:])
        #expect(await loop.groups().first?.rules.first?.alerting?.alerts.isEmpty == true)
        #expect(bench.alerts.last?.isResolved(at: bench.now) == true)
    }

    @Test func `recording rules write series, and end them when they are gone`() async throws {
        let bench = Bench()
        let loop = bench.loop()
        let rules = [
            Rule(.recording("double"), expression: "temp * 2", labels: [LabelSet.Label("by", "rule")]),
            Rule(.recording("four"), expression: "double * 2"),
        ]
        try await loop.use(Self.file(rules), interval: .seconds(60))
        try await bench.run(loop, minutes: 2, ["temp": 10])
        #expect(try bench.last("four").map(\.value) == [40])
        #expect(try bench.last("double").first?.labels["by"] == "rule")
        try await loop.use(Self.file([], group: "other"), interval: .seconds(60))
        try await bench.run(loop, minutes: 1, ["temp": 10])
        #expect(try bench.last("four").isEmpty)
    }

    @Test func `a new configuration keeps the alerts of rules that stay`() async throws {
        let bench = Bench()
        let loop = bench.loop()
        try await loop.use(Self.file([Self.alert(hold: .seconds(180))]), interval: .seconds(60))
        try await bench.run(loop, minutes: 3, ["temp": 80, "up": 1])
        #expect(bench.alerts.isEmpty)
        let more = [Rule(.recording("x"), expression: "temp"), Self.alert(hold: .seconds(180))]
        try await loop.use(Self.file(more), interval: .seconds(60))
        try await bench.run(loop, minutes: 2, ["temp": 80, "up": 1])
        #expect(!bench.alerts.isEmpty)
    }

    @Test func `what ended while the daemon was down is told, and what fell silent is not`() async throws {
        let bench = Bench()
        let first = bench.loop()
        try await first.use(Self.file([Self.alert()]), interval: .seconds(60))
        try await bench.run(first, minutes: 3, ["temp": 80, "up": 1])
        let second = bench.loop()
        try await second.use(Self.file([Self.alert()]), interval: .seconds(60))
        try await bench.run(second, minutes: 8, ["up": 0])
        #expect(bench.alerts.last?.annotations[ActiveAlert.staleAnnotation].isEmpty == false)
        let third = bench.loop()
        try await third.use(Self.file([Self.alert()]), interval: .seconds(60))
        try await bench.run(third, minutes: 3, ["temp": 60, "up": 1])
        #expect(bench.alerts.last?.isResolved(at: bench.now) == true)
        #expect(try bench.last("ALERTS").isEmpty)
    }

    @Test(arguments: [false, true])
    func `an alert whose rule is gone has ended`(isRestarted: Bool) async throws {
        let bench = Bench()
        var loop = bench.loop()
        try await loop.use(Self.file([Self.alert()]), interval: .seconds(60))
        try await bench.run(loop, minutes: 3, ["temp": 80, "up": 1])
        if isRestarted { loop = bench.loop() }
        try await loop.use(Self.file([Rule(.recording("x"), expression: "temp")]), interval: .seconds(60))
        #expect(bench.alerts.last?.isResolved(at: bench.now) == false)
        try await bench.run(loop, minutes: 3, ["temp": 80, "up": 1])
        #expect(bench.alerts.last?.isResolved(at: bench.now) == true)
    }

    @Test func `a restart does not make an alert wait anew`() async throws {
        let bench = Bench()
        let loop = bench.loop()
        let rules = Self.file([Self.alert(hold: .seconds(1800))])
        try await loop.use(rules, interval: .seconds(60))
        try await bench.run(loop, minutes: 40, ["temp": 80, "up": 1])
        #expect(!bench.alerts.isEmpty)
        let again = Bench(bench.memory, at: bench.now + .seconds(300))
        let restarted = again.loop()
        try await restarted.use(rules, interval: .seconds(60))
        try await again.run(restarted, minutes: 4, ["temp": 80, "up": 1])
        #expect(again.alerts.map(\.name).first == "Hot")
    }

    @Test func `evaluations that did not take place are counted`() async throws {
        let bench = Bench()
        let loop = bench.loop()
        try await loop.use(Self.file([Self.alert()]), interval: .seconds(60))
        try await bench.run(loop, minutes: 2, ["temp": 60])
        bench.clock.withLock { $0 = $0 + .seconds(300) }
        try await bench.run(loop, minutes: 1, ["temp": 60])
        #expect(await loop.current.first?.missed == 5)
    }

    @Test func `a failing rule keeps its alerts and says why`() async throws {
        let bench = Bench()
        let loop = bench.loop()
        let rule = Rule(.recording("x"), expression: "{__name__=~\"temp|other\"}")
        try await loop.use(Self.file([rule]), interval: .seconds(60))
        try await bench.run(loop, minutes: 1, ["temp": 1, "other": 2])
        let error = try #require(await loop.groups().first?.rules.first?.lastError)
        #expect(error.contains("same labelset"))
        try await bench.run(loop, minutes: 1, ["temp": 1, "up": 1])
    }

    @Test func `groups stand at places of their own in the interval`() {
        let slots = ["a", "b", "c", "d"].map { name in
            RuleSchedule(RuleGroup(name: name, file: "f"), interval: .seconds(60)).slot(after: Bench.start)
        }
        #expect(Set(slots).count == 4)
        #expect(slots.allSatisfy { $0 > Bench.start && $0 <= Bench.start + .seconds(60) })
    }
}
