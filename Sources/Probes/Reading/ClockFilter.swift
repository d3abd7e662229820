package import FleetModel

/// The best of the last eight measurements of one node's clock: the one with the shortest way, as in NTP's clock filter.
///
/// A busy node reads its clock late, and half of that delay looks like an offset. The delay also makes the way longer, so
/// that of several measurements the quickest is the least wrong. One for each node.
package struct ClockFilter: Hashable, Sendable {
    private var measured: [Measurement] = []

    private static let stages = 8
    /// What two clocks may drift apart, in seconds a second: RFC 5905's PHI.
    private static let drift = 0.000_015
    /// The controller's moments are whole milliseconds.
    private static let own = 0.001

    package init() {}

    private struct Measurement: Hashable, Sendable {
        let at: Timestamp
        let offset: Double
        /// The truth was within this many seconds of `offset` then.
        let bound: Double

        func bound(at now: Timestamp) -> Double { bound + drift * max(0, (now - at).seconds) }
    }

    /// Takes in one exchange.
    ///
    /// - Parameters:
    ///   - clock: what the node's answer says.
    ///   - sent: the controller's clock when the request left.
    ///   - arrived: the controller's clock when the last byte of the answer came.
    /// - Returns: seconds by which the node's clock is ahead now; nil while no exchange made sense.
    package mutating func offset(_ clock: NodeClock, sent: Timestamp, arrived: Timestamp) -> Double? {
        let way = (arrived - sent).seconds - (clock.answered - clock.received)
        let grain = clock.resolution + Self.own
        // Shorter than nothing: a clock was set while the answer was on its way.
        if way >= -2 * grain {
            let offset = clock.offset(sent: sent, arrived: arrived)
            take(Measurement(at: arrived, offset: offset, bound: max(0, way) / 2 + grain))
        }
        return measured.min { $0.bound(at: arrived) < $1.bound(at: arrived) }?.offset
    }

    private mutating func take(_ new: Measurement) {
        // Two measurements that cannot both be true: one of the clocks was set in between, and only the new one counts.
        measured.removeAll { old in
            abs(old.offset - new.offset) > old.bound(at: new.at) + new.bound || old.at > new.at
        }
        if measured.count == Self.stages { measured.removeFirst() }
        measured.append(new)
    }
}
