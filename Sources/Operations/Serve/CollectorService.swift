package import FleetModel

/// The daemon's answers to other processes.
package actor CollectorService: DaemonService {
    private let collector: Collector
    private let process: Int32
    private let since: Timestamp
    private let settings: RunningSettings
    private let interval: @Sendable () -> Duration
    private let version: String
    private let listen: String?
    private let stop: @Sendable () -> Void

    /// `interval` gives the time between two polls as it is now; `stop` begins the end of the daemon and returns at once.
    package init(
        collector: Collector,
        process: Int32,
        since: Timestamp,
        settings: RunningSettings,
        interval: @escaping @Sendable () -> Duration,
        version: String,
        listen: String?,
        stop: @escaping @Sendable () -> Void
    ) {
        self.collector = collector
        self.process = process
        self.since = since
        self.settings = settings
        self.interval = interval
        self.version = version
        self.listen = listen
        self.stop = stop
    }

    package func health() async -> DaemonHealth {
        let settings = settings.current
        return DaemonHealth(
            process: process,
            since: since,
            interval: interval(),
            lastCycle: await collector.lastCycle,
            overruns: await collector.overruns,
            version: version,
            settingsReadAt: settings.readAt,
            settingsRefusal: settings.refusal,
            listen: listen
        )
    }

    package func collect(_ nodes: [NodeName]) async throws -> [NodeName: PollOutcome] {
        try await collector.collect(nodes)
    }

    package func requestStop() async {
        stop()
    }
}
