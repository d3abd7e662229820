import FleetModel

/// The key of a journal row: the source's number in the upper bits, milliseconds since 1970 in the lower 42.
enum PollMoment {
    private static let timeBits: Int64 = 42
    private static let latest: Int64 = 1 << timeBits - 1
    /// Up to the year 2100; what says it is later has a broken clock.
    static let times: Range<Int64> = 0..<4_102_444_800_000

    static func number(of source: Int64, at milliseconds: Int64) -> Int64 {
        source << timeBits | min(max(milliseconds, 0), latest)
    }

    static func first(of source: Int64) -> Int64 { source << timeBits }
    static func last(of source: Int64) -> Int64 { source << timeBits | latest }
    static func source(_ moment: Int64) -> Int64 { moment >> timeBits }
    static func time(_ moment: Int64) -> Int64 { moment & latest }
}
