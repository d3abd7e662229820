import DaemonLink
import FleetModel
import FlotillaCLI
import Foundation
import LocalDisk
import Logging
import Operations
import SQLiteStore

extension FleetComposition {
    func serve(_ home: Home, config: String?, interval asked: Duration?) async throws {
        try HomeFolder(home).check()
        try HomeFolder(home).prepare()
        let settings = try settings(home, config)
        let interval = asked ?? settings.interval
        let lock = try ProcessLock(path: home.daemonLock)
        let database = try FleetDatabase.open(at: home.database)
        let shell = Self.shell(over: database, home: home, policy: settings.hostKeys)
        let fleet = Self.fleet(home, database, .init(shell: shell, own: shell, daemon: nil), keyFiles(home))
        var logger = Logger(label: "flotilla") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        let collector = Collector(
            fleet: fleet,
            interval: interval,
            retention: settings.retention,
            entropy: { UInt64.random(in: 0 ... .max) },
            logger: logger
        )
        try await run(collector, over: fleet, interval: interval, logger: logger)
        await shell.shutdown()
        withExtendedLifetime(lock) {}
    }

    private func run(_ collector: Collector, over fleet: Fleet, interval: Duration, logger: Logger) async throws {
        // UNSTRUCTURED: `requestStop` and signals end it; awaited below.
        let loop = Task { try await collector.run(seed: UInt64(getpid())) }
        let service = CollectorService(
            collector: collector,
            process: getpid(),
            since: Self.now(),
            interval: interval,
            version: version,
            stop: { loop.cancel() }
        )
        let server = try DaemonServer(path: fleet.home.socket, shell: fleet.shell, service: service)
        server.start()
        // UNSTRUCTURED: beside everything else, cancelled below.
        let tidying = Task {
            while (try? await Task.sleep(for: .seconds(60))) != nil { Heap.giveBack() }
        }
        defer { tidying.cancel() }
        logger.info("collecting", metadata: ["interval": "\(interval)", "process": "\(getpid())"])
        do {
            try await withTaskCancellationHandler {
                try await loop.value
            } onCancel: {
                loop.cancel()
            }
        } catch is CancellationError {
            // The ordinary end.
        } catch {
            server.stop()
            throw error
        }
        server.stop()
        logger.info("stopped")
    }

    func startDaemon(_ home: Home, config: String?, interval: Duration?) async throws -> DaemonHealth {
        try HomeFolder(home).check()
        if let holder = ProcessLock.holder(of: home.daemonLock) {
            throw StateError(
                "already_running",
                "a daemon already runs on this home: process \(holder)",
                advice: "run: flotilla collector status, or: flotilla collector stop"
            )
        }
        _ = try settings(home, config)
        let log = home.logs + "/daemon.log"
        let process = try BackgroundProcess.start(
            ["serve", "--home", home.path] + (config.map { ["--config", $0] } ?? [])
                + (interval.map { ["--interval", "\($0.milliseconds)ms"] } ?? []),
            log: log
        )
        for _ in 0..<200 {
            if let health = try? await DaemonClient(
                path: home.socket,
                own: UnavailableShell(reason: "nothing is opened here")
            )?.health() {
                return health
            }
            guard BackgroundProcess.isAlive(process) else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw StateError("daemon_failed", "the daemon did not start", advice: BackgroundProcess.advice(log, "serve"))
    }
}
