import FleetModel
import Testing

@testable import Probes

@Suite struct `The filtered offset of a node's clock` {
    /// One exchange a poll after the last: the node's clock is `ahead`, the way takes `out` and `back`, all in seconds.
    private struct Exchanges {
        var filter = ClockFilter()
        var at = 1_000_000.0

        mutating func offset(
            ahead: Double,
            out: Double,
            back: Double = 0.005,
            resolution: Double = 0.01,
            after: Double = 15
        ) -> Double? {
            at += after
            let clock = NodeClock(received: at + out + ahead, answered: at + out + ahead + 0.3, resolution: resolution)
            func moment(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: Int64((seconds * 1000).rounded())) }
            return filter.offset(clock, sent: moment(at), arrived: moment(at + out + 0.3 + back))
        }
    }

    private func expect(_ offset: Double?, near wanted: Double, within bound: Double = 0.0011) {
        #expect(abs((offset ?? .infinity) - wanted) < bound, "\(offset ?? .nan) is not near \(wanted)")
    }

    @Test func `is that of the quickest exchange, whatever a busy node's delays say`() {
        var exchanges = Exchanges()
        expect(exchanges.offset(ahead: 0.002, out: 0.105), near: 0.052)
        expect(exchanges.offset(ahead: 0.002, out: 0.005), near: 0.002)
        for delay in [0.1, 0.2, 0.05, 0.4, 0.1, 0.3, 0.2] {
            expect(exchanges.offset(ahead: 0.002, out: 0.005 + delay), near: 0.002)
        }
        // The eighth after it pushes the quick one out: the next quickest is what is known.
        expect(exchanges.offset(ahead: 0.002, out: 0.205), near: 0.027)
    }

    @Test(arguments: [90.0, -90, 0.5, -0.5])
    func `follows a clock that was set at once`(step: Double) {
        var exchanges = Exchanges()
        for _ in 0..<8 { _ = exchanges.offset(ahead: 0, out: 0.005) }
        expect(exchanges.offset(ahead: step, out: 0.305), near: step + 0.15)
        expect(exchanges.offset(ahead: step, out: 0.005), near: step)
    }

    @Test func `is not held by what is too old to be true`() {
        var exchanges = Exchanges()
        expect(exchanges.offset(ahead: 0, out: 0.005), near: 0)
        expect(exchanges.offset(ahead: 0.03, out: 0.025, after: 3600), near: 0.04)
    }

    @Test func `prefers a finely read clock to one of whole seconds`() {
        var exchanges = Exchanges()
        expect(exchanges.offset(ahead: 0.002, out: 0.055), near: 0.027)
        expect(exchanges.offset(ahead: 0.4, out: 0.005, resolution: 1), near: 0.027)
    }

    @Test func `passes over an exchange in which a clock was set`() {
        var exchanges = Exchanges()
        #expect(exchanges.offset(ahead: 0, out: 0.005, back: -5) == nil)
        expect(exchanges.offset(ahead: 0, out: 0.005), near: 0)
        expect(exchanges.offset(ahead: 0, out: 0.005, back: -5), near: 0)
    }

    @Test func `forgets what it learned from a controller's clock that was ahead`() {
        var exchanges = Exchanges()
        _ = exchanges.offset(ahead: 0, out: 0.005)
        expect(exchanges.offset(ahead: 0.01, out: 0.015, after: -7200), near: 0.015)
    }
}
