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
        let settings = RunningSettings(try settings(home, config), at: Self.now())
        let interval: @Sendable () -> Duration = { asked ?? settings.current.settings.interval }
        let lock = try ProcessLock(path: home.daemonLock)
        let database = try FleetDatabase.open(at: home.database)
        let shell = Self.shell(over: database, home: home, policy: settings.current.settings.hostKeys)
        let fleet = Self.fleet(home, database, .init(shell: shell, own: shell, daemon: nil), keyFiles(home))
        var logger = Logger(label: "flotilla") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        let collector = Collector(
            fleet: fleet,
            interval: interval(),
            retention: settings.current.settings.retention,
            entropy: { UInt64.random(in: 0 ... .max) },
            logger: logger
        )
        reload(home, config, settings, collector, interval, logger)
        // UNSTRUCTURED: a copy a day, for as long as the daemon lives; cancelled below, and nothing waits for it.
        let copies = Task { [logger] in await RegistryCopying(home: home, logger: logger).run(database) }
        defer { copies.cancel() }
        try await run(collector, over: fleet, settings, interval, logger: logger)
        await shell.shutdown()
        withExtendedLifetime(lock) {}
    }

    /// From now on a hang-up reads the settings again. A file that is wrong is refused whole: those from before go on.
    private func reload(
        _ home: Home,
        _ config: String?,
        _ running: RunningSettings,
        _ collector: Collector,
        _ interval: @escaping @Sendable () -> Duration,
        _ logger: Logger
    ) {
        hangUp.reloads {
            do {
                let settings = try settings(home, config)
                running.accept(settings, at: Self.now())
                logger.info("settings read again", metadata: ["interval": "\(interval())"])
                // UNSTRUCTURED: a signal has nobody to wait; the collector takes it between two of its steps.
                Task { await collector.use(interval: interval(), retention: settings.retention) }
            } catch {
                let why = (error as? any Explained)?.problem ?? "\(error)"
                running.refuse(why, at: Self.now())
                logger.error("settings refused, those from before go on", metadata: ["reason": "\(why)"])
            }
        }
    }

    private func run(
        _ collector: Collector,
        over fleet: Fleet,
        _ settings: RunningSettings,
        _ interval: @escaping @Sendable () -> Duration,
        logger: Logger
    ) async throws {
        // UNSTRUCTURED: `requestStop` and signals end it; awaited below.
        let loop = Task { try await collector.run(seed: UInt64(getpid())) }
        let service = CollectorService(
            collector: collector,
            process: getpid(),
            since: Self.now(),
            settings: settings,
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
        logger.info("collecting", metadata: ["interval": "\(interval())", "process": "\(getpid())"])
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
