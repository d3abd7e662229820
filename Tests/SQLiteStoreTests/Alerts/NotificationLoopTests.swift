import Alerting
import FleetModel
import FleetTesting
import Foundation
import Logging
import Operations
import SQLiteStore
import Synchronization
import Testing

/// The loop on its real store, with a hand-moved clock.
@Suite struct NotificationLoopTests {
    @Test func `a killed process sends again what may not have arrived, and nothing that has`() async throws {
        let bench = try LoopBench()
        var loop = try await bench.loop()
        try await loop.receive([bench.alert("a")], from: .rules)
        try await bench.run(loop, seconds: 15)
        #expect(bench.sent == ["firing[a] resolved[]"])
        bench.failure = NotifyError("no_answer", "connection refused", canBeRetried: true)
        try await loop.receive([bench.alert("b")], from: .rules)
        try await bench.run(loop, seconds: 60)
        // As after kill -9: the loop is dropped, the store stays.
        bench.failure = nil
        let before = bench.sent.count
        loop = try await bench.loop()
        try await bench.run(loop, seconds: 5)
        #expect(bench.sent.count == before + 1)
        #expect(bench.sent.last == "firing[a,b] resolved[]")
        loop = try await bench.loop()
        try await bench.run(loop, seconds: 120)
        #expect(bench.sent.count == before + 1)
        try await loop.receive([bench.ended("a"), bench.ended("b")], from: .rules)
        try await bench.run(loop, seconds: 70)
        #expect(bench.sent.last == "firing[] resolved[a,b]")
    }

    @Test func `a message that is refused for good is a dead letter, shown with its reason`() async throws {
        let bench = try LoopBench()
        let loop = try await bench.loop()
        bench.failure = NotifyError("refused", "400 no such channel", canBeRetried: false)
        try await loop.receive([bench.alert("a")], from: .rules)
        try await bench.run(loop, seconds: 200)
        #expect(bench.sent.count == 1)
        let dead = try await bench.store.deliveries()
        #expect(dead.map(\.isDead) == [true])
        #expect(dead.first?.problem == "400 no such channel")
        let history = try await bench.store.history(since: nil, containing: nil, limit: 100)
        #expect(history.map(\.event) == ["fired", "refused", "refused"])
    }

    @Test func `a receiver that is away is asked again, ever more seldom`() async throws {
        let bench = try LoopBench()
        let loop = try await bench.loop()
        bench.failure = NotifyError("no_answer", "no answer", canBeRetried: true)
        try await loop.receive([bench.alert("a")], from: .rules)
        try await bench.run(loop, seconds: 10 + 1 + 2 + 4 + 8 + 16)
        #expect(bench.sent.count == 6)
        bench.failure = nil
        try await bench.run(loop, seconds: 33)
        #expect(bench.sent.count == 7)
        #expect(try await bench.store.deliveries() == [])
        let sent = await AlertFigures(loop).figures().flatMap(\.samples).filter { $0.labels.count == 2 }
        #expect(sent.map(\.value) == [6, 1], "failed and taken")
    }

    @Test func `a silence of another process is heeded, and survives`() async throws {
        let bench = try LoopBench()
        let loop = try await bench.loop()
        let other = try SQLiteAlerts(beside: bench.path)
        var changes = AlertChanges()
        changes.silences = [
            Silence(
                id: "s1",
                matchers: [LabelMatcher("instance", .matches(try Pattern("a|b")))],
                startsAt: bench.now,
                endsAt: bench.now + .seconds(3600),
                updatedAt: bench.now,
                createdBy: "ana",
                comment: "work"
            )
        ]
        try await other.save(changes)
        try await loop.receive([bench.alert("a"), bench.alert("c")], from: .rules)
        try await bench.run(loop, seconds: 20)
        #expect(bench.sent == ["firing[c] resolved[]"])
        let again = try await bench.loop()
        #expect(try await again.silences().map(\.id) == ["s1"])
        try await again.expire("s1")
        #expect(try await other.load().silences.first?.state(at: bench.now) == .expired)
    }

    @Test func `an alert carries what was done to its node before it`() async throws {
        let bench = try LoopBench()
        bench.changes = ["10:00:00 exec by ana: systemctl restart nginx"]
        let loop = try await bench.loop()
        try await loop.receive([bench.alert("a")], from: .rules)
        let annotations = await loop.alerts().first?.known.alert.annotations
        #expect(annotations?["flotilla_changes"] == "10:00:00 exec by ana: systemctl restart nginx")
    }
}

/// A notifier that notes, a clock that is moved by hand, a store in a scratch folder.
final class LoopBench: Notifier, ChangesBefore {
    let path: String
    let store: SQLiteAlerts
    private let state = Mutex(State())

    private struct State {
        var now = Timestamp(milliseconds: 1_700_000_000_000)
        var sent: [String] = []
        var failure: NotifyError?
        var changes: [String] = []
    }

    init() throws {
        let folder = NSTemporaryDirectory() + "/flotilla-alerts-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        path = folder + "/flotilla.sqlite"
        store = try SQLiteAlerts(beside: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

    var now: Timestamp { state.withLock { $0.now } }
    var sent: [String] { state.withLock { $0.sent } }

    /// What the far side says to the next messages; nil: it takes them.
    var failure: NotifyError? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    var changes: [String] {
        get { state.withLock { $0.changes } }
        set { state.withLock { $0.changes = newValue } }
    }

    func send(_ notice: Notice, over integration: Integration, at now: Timestamp) async throws(NotifyError) {
        let firing = notice.firing.map { $0.labels["instance"] }.sorted().joined(separator: ",")
        let resolved = notice.resolved.map { $0.labels["instance"] }.sorted().joined(separator: ",")
        state.withLock { $0.sent.append("firing[\(firing)] resolved[\(resolved)]") }
        if let failure { throw failure }
    }

    func changes(on node: NodeName, from start: Timestamp, to end: Timestamp) async throws -> [String] { changes }

    func alert(_ instance: String) -> PostedAlert {
        PostedAlert(labels: labels(instance), startsAt: now, endsAt: now + .seconds(100_000))
    }

    func ended(_ instance: String) -> PostedAlert { PostedAlert(labels: labels(instance), endsAt: now) }

    private func labels(_ instance: String) -> LabelSet {
        LabelSet([.init("alertname", "Down"), .init("instance", instance), .init("node", "pi-1")])
    }

    func loop() async throws -> NotificationLoop {
        var root = Route(receiver: "ops")
        root.grouping = .labels(["alertname"])
        (root.groupWait, root.groupInterval) = (.seconds(10), .seconds(60))
        let settings = IntegrationSettings.webhook(WebhookSettings(url: Secret("http://localhost/")))
        let integration = Integration(kind: "webhook", index: 0, sendsResolved: true, settings: settings)
        return try await NotificationLoop(
            plan: NotificationPlan(
                root: root,
                receivers: [Receiver(name: "ops", integrations: [integration])],
                downAlerts: []
            ),
            store: store,
            notifier: self,
            surroundings: .init(now: { self.now }, newID: { UUID().uuidString }, changes: self),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Second by second; each waits for what it sent.
    func run(_ loop: NotificationLoop, seconds: Int) async throws {
        for _ in 0..<seconds {
            try await loop.step()
            await loop.drain()
            state.withLock { $0.now = $0.now + .seconds(1) }
        }
        try await loop.step()
        await loop.drain()
    }
}
