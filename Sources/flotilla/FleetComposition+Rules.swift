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

    /// The rules of the configuration: those of its folder `rules/` and those that its `prometheus.yml` names; the stock
    /// ones where it has neither.
    ///
    /// - Throws: `RuleFileErrors` with every mistake of every file.
    func rules(_ home: Home, _ config: String?, _ monitoring: MonitoringConfiguration?) throws -> ConfiguredRules {
        let base = config ?? home.config
        let folder = base + "/rules"
        var paths = try RuleFiles.paths(in: folder, DiskFiles())
        let patterns = monitoring?.ruleFiles ?? []
        for path in patterns.flatMap({ ConfiguredPath.matching($0, in: base) }) where !paths.contains(path) {
            paths.append(path)
        }
        let isBare = patterns.isEmpty && DiskFiles().kind(of: folder) != .folder
        return ConfiguredRules(
            files: isBare
                ? [try RuleFileReading.read(Array(StockRules.text.utf8), path: StockRules.path)]
                : try RuleFiles.all(paths, DiskFiles()),
            interval: monitoring?.evaluationInterval
        )
    }
}

/// What the configuration says of rules.
struct ConfiguredRules: Sendable {
    let files: [RuleFile]
    /// Of groups that name none: `evaluation_interval` of a `prometheus.yml`.
    let interval: Duration?
}

/// The daemon's rules, evaluated for as long as it runs.
struct DaemonRules: Sendable {
    let loop: RuleLoop

    init(
        fleet: Fleet,
        retention: Duration,
        externalURL: String,
        sink: any AlertSink
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
    }

    /// Goes on with these rules; groups without an interval are evaluated as often as `prometheus.yml` says, or where there
    /// is none as often as nodes are polled.
    func use(_ rules: ConfiguredRules, pollInterval: Duration) async throws {
        try await loop.use(rules.files, interval: max(.seconds(1), rules.interval ?? pollInterval))
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
