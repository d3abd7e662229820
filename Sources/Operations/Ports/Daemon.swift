package import FleetModel

/// The running daemon of a home, seen from another process.
package protocol Daemon: Sendable {
    func health() async throws -> DaemonHealth
    /// Polls these nodes now, over the daemon's own channels.
    func collect(_ nodes: [NodeName]) async throws -> [NodeName: PollOutcome]
    /// Asks it to end; returns when it has said yes.
    func stop() async throws
}

/// What a daemon says of itself.
package struct DaemonHealth: Hashable, Sendable {
    package var process: Int32
    package var since: Timestamp
    package var interval: Duration
    /// The work of the last whole round without the deliberate spreading; nil before the first is done.
    package var lastCycle: Duration?
    /// Polls that were due while the one before was still under way, since the start.
    package var overruns: Int
    package var version: String
    /// When the configuration was looked at last, and what was wrong with it then: the settings from before go on.
    package var settingsReadAt: Timestamp?
    package var settingsRefusal: String?
    /// Where the HTTP API listens; nil where it does not.
    package var listen: String?

    package init(
        process: Int32,
        since: Timestamp,
        interval: Duration,
        lastCycle: Duration?,
        overruns: Int,
        version: String,
        settingsReadAt: Timestamp? = nil,
        settingsRefusal: String? = nil,
        listen: String? = nil
    ) {
        self.process = process
        self.since = since
        self.interval = interval
        self.lastCycle = lastCycle
        self.overruns = overruns
        self.version = version
        self.settingsReadAt = settingsReadAt
        self.settingsRefusal = settingsRefusal
        self.listen = listen
    }
}

/// How one poll of one node ended.
package struct PollOutcome: Hashable, Sendable {
    package var samples: Int
    package var duration: Duration
    package var error: RemoteError?
    /// How the figures were had: by the gate, the operate key, or the seed's forced command.
    package var route: CollectRoute?

    package init(samples: Int, duration: Duration, error: RemoteError?, route: CollectRoute?) {
        self.samples = samples
        self.duration = duration
        self.error = error
        self.route = route
    }
}

/// The ways to a node's figures, best first.
package enum CollectRoute: String, Hashable, Sendable, CaseIterable {
    /// The collect key and the gate: it can only probe.
    case gate
    /// The operate key, because the gate is not there (yet).
    case operate
    /// The seed's forced command: whatever is asked, `pop` answers.
    case seed
}

/// What a daemon does for other processes besides running their jobs.
package protocol DaemonService: Sendable {
    func health() async -> DaemonHealth
    func collect(_ nodes: [NodeName]) async throws -> [NodeName: PollOutcome]
    /// Begins the end of the daemon and returns.
    func requestStop() async
}
