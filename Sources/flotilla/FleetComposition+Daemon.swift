import DaemonLink
import FleetModel
import FlotillaCLI
import Foundation
import LocalDisk
import Logging
import Operations
import SQLiteStore

extension FleetComposition {
    func serve(_ home: Home, config: String?, interval asked: Duration?, listen: Listening?) async throws {
        try HomeFolder(home).check()
        try HomeFolder(home).prepare()
        let configuration = try configuration(home, config)
        let settings = RunningSettings(configuration.settings, at: Self.now())
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
        let scraping = Scraping(fleet, config: config, logger: logger)
        let address = try listening(listen, configuration.settings)
        let notifications = try await self.notifications(
            configuration.notifications,
            home,
            config: config,
            fleet,
            externalURL: address.alertmanagerURL,
            logger
        )
        let rules = DaemonRules(
            fleet: fleet,
            retention: configuration.settings.retention.raw,
            externalURL: address.prometheusURL,
            sink: notifications.loop
        )
        try await rules.use(configuration.rules, pollInterval: interval())
        let reload = SettingsReload(
            read: { try self.configuration(home, config) },
            notifications: notifications,
            scraping: scraping,
            running: settings,
            collector: collector,
            rules: rules,
            asked: asked,
            logger: logger
        )
        hangUp.reloads { reload.onSignal() }
        let api = try API(
            home: home,
            fleet: fleet,
            listening: address,
            parts: .init(
                collector: collector,
                rules: rules.loop,
                interval: interval,
                reload: reload.run,
                scraping: scraping,
                version: version,
                alerts: notifications.loop
            ),
            retention: settings.current.settings.retention.raw,
            logger: logger
        )
        // UNSTRUCTURED: a copy a day, for as long as the daemon lives; cancelled below, and nothing waits for it.
        let copies = Task { [logger] in await RegistryCopying(home: home, logger: logger).run(database) }
        let notifying = notifications.start()
        // UNSTRUCTURED: beside everything else for as long as the daemon lives; cancelled below.
        let evaluation = Task { try await rules.loop.run(clock: ContinuousClock()) }
        defer {
            copies.cancel()
            notifying.cancel()
            evaluation.cancel()
        }
        try await api.serving { listen in
            try await scraping.serving(configuration.monitoring) {
                try await run(collector, over: fleet, settings, interval, listen: listen, logger: logger)
            }
        }
        notifying.cancel()
        await notifying.value
        await notifications.stop()
        await shell.shutdown()
        withExtendedLifetime(lock) {}
    }

    /// The call counts first, then the environment, then the file.
    private func listening(_ asked: Listening?, _ settings: FleetSettings) throws(UsageError) -> Listening {
        if let asked { return asked }
        guard let text = environment["FLOTILLA_LISTEN"], !text.isEmpty else { return settings.listen }
        guard let listening = Listening(text) else {
            throw UsageError("bad_listen", "FLOTILLA_LISTEN is no address", advice: "such as 127.0.0.1:8420, or off")
        }
        return listening
    }

    private func run(
        _ collector: Collector,
        over fleet: Fleet,
        _ settings: RunningSettings,
        _ interval: @escaping @Sendable () -> Duration,
        listen: String?,
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
            listen: listen,
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

    func startDaemon(_ home: Home, config: String?, interval: Duration?, listen: Listening?) async throws
        -> DaemonHealth
    {
        try HomeFolder(home).check()
        if let holder = ProcessLock.holder(of: home.daemonLock) {
            throw StateError(
                "already_running",
                "a daemon already runs on this home: process \(holder)",
                advice: "run: flotilla collector status, or: flotilla collector stop"
            )
        }
        // Said here and whole, not in a log.
        _ = try configuration(home, config)
        let log = home.logs + "/daemon.log"
        let process = try BackgroundProcess.start(
            ["serve", "--home", home.path] + (config.map { ["--config", $0] } ?? [])
                + (interval.map { ["--interval", "\($0.milliseconds)ms"] } ?? [])
                + (listen.map { ["--listen", $0.description] } ?? []),
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
