import FleetModel

/// The key of a poll: the node's number in the upper bits, milliseconds since 1970 in the lower 42 (until the year 2109).
enum PollMoment {
    private static let timeBits: Int64 = 42
    private static let latest: Int64 = 1 << timeBits - 1

    static func number(of node: Int64, at: Timestamp) -> Int64 {
        node << timeBits | min(max(at.milliseconds, 0), latest)
    }

    static func first(of node: Int64) -> Int64 { node << timeBits }
    static func last(of node: Int64) -> Int64 { node << timeBits | latest }
    static func node(_ moment: Int64) -> Int64 { moment >> timeBits }
    static func time(_ moment: Int64) -> Timestamp { Timestamp(milliseconds: moment & latest) }
}
