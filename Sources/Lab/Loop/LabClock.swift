package import FleetModel

/// The clocks that the lab is given; it has none of its own.
package struct LabClock: Sendable {
    /// The controller's time of day.
    package let now: @Sendable () -> Timestamp
    /// Time since some fixed moment; never set back.
    package let monotonic: @Sendable () -> Duration

    package init(now: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Duration) {
        self.now = now
        self.monotonic = monotonic
    }
}
