package import FleetModel

/// What the live view shows, at one moment. The view asks for nothing itself: whoever runs it fills this from the stores.
package struct DashboardModel: Hashable, Sendable {
    package var at: Timestamp
    package var nodes: [NodeView]
    /// Nil where no rules are evaluated.
    package var alerts: Alerts?
    package var collector: Collector?

    package init(at: Timestamp, nodes: [NodeView], alerts: Alerts? = nil, collector: Collector? = nil) {
        self.at = at
        self.nodes = nodes
        self.alerts = alerts
        self.collector = collector
    }

    package struct Alerts: Hashable, Sendable {
        package var firing: Int
        package var pending: Int

        package init(firing: Int, pending: Int) {
            self.firing = firing
            self.pending = pending
        }
    }

    package struct Collector: Hashable, Sendable {
        package var isRunning: Bool
        package var interval: Duration
        /// When the last poll of any node was stored.
        package var lastPoll: Timestamp?
        /// How far polls run behind their schedule.
        package var lag: Duration?
        /// Polls left out since the start because the one before was still running.
        package var overruns: Int

        package init(
            isRunning: Bool,
            interval: Duration,
            lastPoll: Timestamp? = nil,
            lag: Duration? = nil,
            overruns: Int = 0
        ) {
            self.isRunning = isRunning
            self.interval = interval
            self.lastPoll = lastPoll
            self.lag = lag
            self.overruns = overruns
        }
    }
}
