package import FleetModel
package import Operations

/// What the root wires for the commands: concrete adapters behind ports. Nothing is opened before it is asked for.
package protocol Composition: Sendable {
    var environment: [String: String] { get }
    var version: String { get }
    /// The versions of the libraries that matter to a bug report.
    var libraries: [String: String] { get }

    /// Makes the home and what is missing in it; safe to run again.
    func initialise(_ home: Home) async throws -> Fleet

    /// Opens a fleet that is there.
    ///
    /// - `config`: the configuration folder; nil means the one in the home.
    /// - Throws: `StateError` (`state.not_initialised`, `state.damaged`, …), `SettingsErrors`.
    func open(_ home: Home, config: String?, acceptNewHostKeys: Bool) async throws -> Fleet

    /// Runs the daemon in this process until it is told to end.
    ///
    /// - Throws: `StateError` with `state.already_running` where one runs on this home.
    func serve(_ home: Home, config: String?, interval: Duration?, listen: Listening?) async throws

    /// Starts the daemon in the background and returns when it answers.
    ///
    /// - Throws: `StateError` with what the daemon said before it ended.
    func startDaemon(_ home: Home, config: String?, interval: Duration?, listen: Listening?) async throws
        -> DaemonHealth

    /// Alerts, silences and what was decided of them.
    ///
    /// - Throws: `StateError`; `AlertmanagerErrors` for a wrong `alertmanager.yml`.
    func alerts(_ home: Home, config: String?) async throws -> AlertDesk

    /// Sends a test through each way out of a receiver.
    ///
    /// - `isEnding`: whether the end follows, where ends are told.
    /// - Throws: `UsageError` for a receiver that is not there; `AlertmanagerErrors`, `SettingsErrors`.
    func testNotifications(_ home: Home, config: String?, to receiver: String, isEnding: Bool) async throws
        -> [NotifyTest.Outcome]

    /// The log-in name of whoever calls.
    var operatorName: String { get }

    /// Reads an inventory of any known format from disk.
    ///
    /// - Throws: `InventoryErrors` with every mistake.
    func readInventory(_ path: String, options: InventoryReadingOptions) throws -> InventoryImport

    func writeInventory(_ inventory: Inventory, as format: InventoryExportFormat) -> String

    /// What is wrong with a file of rules.
    ///
    /// - Throws: `UsageError` when it cannot be read.
    func checkRules(_ path: String) throws -> RuleReport

    /// Runs a file of promtool's unit tests.
    ///
    /// - Throws: `UsageError` when it cannot be read.
    func testRules(_ path: String) async throws -> RuleReport

    /// What the alerting rules of a file would have done over the stored past.
    ///
    /// - Throws: `RuleFileErrors`; `UsageError` when the file cannot be read.
    func backtestRules(_ path: String, over fleet: Fleet, since: Duration) async throws -> [BacktestRun.Report]

    /// Makes a verified copy of the registry; nil: in the home's backups folder.
    ///
    /// - Returns: its path.
    func copyRegistry(_ home: Home, to file: String?) async throws -> String

    /// The copies in the home, newest first.
    func registryCopies(_ home: Home) throws -> [String]

    /// Puts a copy in the registry's place, damaged or not.
    ///
    /// - Returns: where the one from before is kept.
    /// - Throws: `StateError` with `state.already_running` while a daemon runs on this home.
    func restoreRegistry(_ home: Home, from file: String) async throws -> String?

    /// Serves pretend nodes in this process, registered in the home, until it is cancelled or told to stop.
    func serveLab(_ home: Home, _ order: LabStart, ready: @Sendable () -> Void) async throws

    /// Starts the lab in the background; returns the number of nodes when all are served and registered.
    func startLab(_ home: Home, _ order: LabStart) async throws -> Int

    func stopLab(_ home: Home) async throws
    func labStatus(_ home: Home) throws -> JSONValue
    func setLabFault(_ home: Home, _ spec: String, on nodes: [NodeName]) throws

    /// Samples as OpenMetrics text.
    var sampleText: any SampleText { get }

    /// Writes a document as YAML.
    func yaml(_ document: JSONValue) -> String
}

/// The composition of this run; a task local, so that tests can run many at once.
package enum Wiring {
    @TaskLocal package static var composition: (any Composition)?
}
