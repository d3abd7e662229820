import Alerting
import FleetModel
import FlotillaCLI
import Formats
import Foundation
import LocalDisk
import Logging
import Operations

extension FleetComposition {
    func checkRules(_ path: String) throws -> RuleReport {
        try RuleFiles.check(path, DiskFiles())
    }

    func testRules(_ path: String) async throws -> RuleReport {
        try await RuleFiles.test(path, DiskFiles())
    }

    func backtestRules(_ path: String, over fleet: Fleet, since: Duration) async throws -> [BacktestRun.Report] {
        let file = try RuleFiles.file(path, DiskFiles())
        let questions = AskMetrics(
            fleet.samples,
            threads: QueryThreads(most: 1),
            bounds: .init(time: .seconds(3600)),
            now: fleet.now,
            clock: ContinuousClock()
        )
        let now = fleet.now()
        let start = now + (.zero - since)
        return try await BacktestRun(questions).reports(on: file, from: start, through: now, interval: .seconds(30))
    }

    /// The rules of the configuration; the stock ones where it has no folder for them.
    ///
    /// - Throws: `RuleFileErrors` with every mistake of every file.
    func ruleFiles(_ home: Home, _ config: String?) throws -> [RuleFile] {
        let folder = (config ?? home.config) + "/rules"
        guard DiskFiles().kind(of: folder) == .folder else {
            return [try RuleFileReading.read(Array(StockRules.text.utf8), path: StockRules.path)]
        }
        return try RuleFiles.folder(folder, DiskFiles())
    }
}

/// The daemon's rules: read from the configuration, evaluated for as long as it runs.
struct DaemonRules: Sendable {
    let loop: RuleLoop
    /// - Throws: `RuleFileErrors`; then the rules from before go on.
    let read: @Sendable () throws -> [RuleFile]
    private let interval: @Sendable () -> Duration

    init(
        fleet: Fleet,
        retention: Duration,
        externalURL: String,
        interval: @escaping @Sendable () -> Duration,
        sink: any AlertSink = NoAlertSink(),
        read: @escaping @Sendable () throws -> [RuleFile]
    ) {
        // Threads of its own: people's queries never keep a rule from being evaluated.
        let questions = AskMetrics(
            fleet.samples,
            threads: QueryThreads(most: 2),
            bounds: .init(rawKept: retention),
            now: fleet.now,
            clock: ContinuousClock()
        )
        let start = ContinuousClock.now
        loop = RuleLoop(
            .init(
                data: StoredRuleData(questions, fleet.samples),
                states: StoredRuleStates(fleet.samples),
                sink: sink,
                registered: { [inventory = fleet.inventory] in
                    Set(try await inventory.inventory().nodes.keys.map(\.text))
                }
            ),
            settings: .init(surroundings: .init(externalURL: externalURL)),
            now: fleet.now,
            elapsed: { ContinuousClock.now - start }
        )
        self.read = read
        self.interval = interval
    }

    /// Goes on with these rules; groups that name no interval are evaluated as often as nodes are polled.
    func use(_ files: [RuleFile]) async throws {
        try await loop.use(files, interval: max(.seconds(1), interval()))
    }
}

extension Listening {
    /// What links to queries begin with; empty where nothing is served.
    var prometheusURL: String { url("/prometheus") }

    /// What links to alerts begin with; empty where nothing is served.
    var alertmanagerURL: String { url("/alertmanager") }

    private func url(_ path: String) -> String {
        if case .at(let address) = self { "http://\(address)\(path)" } else { "" }
    }
}
