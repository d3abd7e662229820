package import FleetModel

/// The daemon's answers to other processes.
package actor CollectorService: DaemonService {
    private let collector: Collector
    private let process: Int32
    private let since: Timestamp
    private let interval: Duration
    private let version: String
    private let stop: @Sendable () -> Void

    /// - `stop`: begins the end of the daemon; returns at once.
    package init(
        collector: Collector,
        process: Int32,
        since: Timestamp,
        interval: Duration,
        version: String,
        stop: @escaping @Sendable () -> Void
    ) {
        self.collector = collector
        self.process = process
        self.since = since
        self.interval = interval
        self.version = version
        self.stop = stop
    }

    package func health() async -> DaemonHealth {
        DaemonHealth(
            process: process,
            since: since,
            interval: interval,
            lastCycle: await collector.lastCycle,
            overruns: await collector.overruns,
            version: version
        )
    }

    package func collect(_ nodes: [NodeName]) async throws -> [NodeName: PollOutcome] {
        try await collector.collect(nodes)
    }

    package func requestStop() async {
        stop()
    }
}
