package import FleetModel

/// The node's wall clock when the request came and when the answer left, in seconds since 1970.
package struct NodeClock: Hashable, Sendable {
    package let received: Double
    package let answered: Double
    /// How finely the node could read it, in seconds: 0.000001, 0.01 or, where `date` knows no fractions, 1.
    package let resolution: Double

    /// How far the node's clock is ahead of the controller's, in seconds, the way taken to be as long in both
    /// directions. Wrong by at most half of the time that the way took, and by `resolution`.
    ///
    /// - Parameters:
    ///   - sent: the controller's clock when the request left.
    ///   - arrived: the controller's clock when the last byte of the answer came.
    /// - Returns: seconds; negative when the node's clock is behind.
    package func offset(sent: Timestamp, arrived: Timestamp) -> Double {
        let way = (received - sent.secondsSince1970) + (answered - arrived.secondsSince1970)
        return way / 2
    }
}

extension Timestamp {
    fileprivate var secondsSince1970: Double { Double(milliseconds) / 1000 }
}
