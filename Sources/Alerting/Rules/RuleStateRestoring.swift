package import FleetModel

/// From when an alert counts after a restart, by what its `ALERTS_FOR_STATE` said before.
///
/// As in Prometheus, but rules with a `for` below the grace period are restored as well: else an alert that was told as
/// firing would seem to end because the daemon was started again.
package struct RuleStateRestoring: Hashable, Sendable {
    /// An outage that is longer makes alerts begin anew.
    package var outageTolerance: Duration
    /// A restored alert that was pending waits at least so long before it fires, where its `for` is as long.
    package var gracePeriod: Duration

    package init(outageTolerance: Duration = .seconds(3600), gracePeriod: Duration = .seconds(600)) {
        self.outageTolerance = outageTolerance
        self.gracePeriod = gracePeriod
    }

    /// From when the alert counts.
    ///
    /// - `activeAt`: the value that was stored last, as a moment.
    /// - `storedAt`: when it was stored: the begin of the outage.
    package func start(activeAt: Timestamp, storedAt: Timestamp, hold: Duration, now: Timestamp) -> Timestamp {
        let before = storedAt - activeAt
        let left = hold - before
        // It was firing already: it fires again at once.
        guard left > .zero else { return activeAt }
        // Less than the grace period is left: it gets the whole of it.
        if hold >= gracePeriod, left < gracePeriod { return now + gracePeriod - hold }
        // The outage does not count.
        return activeAt + (now - storedAt)
    }
}
