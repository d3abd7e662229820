import FleetModel
import Operations
import Synchronization

/// When a job began and last said something; tells which deadline has passed.
final class JobTimes: Sendable {
    private struct State {
        var started: ContinuousClock.Instant?
        var lastByte: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let deadlines: Deadlines
    private let clock: ContinuousClock
    let begin: ContinuousClock.Instant

    init(_ deadlines: Deadlines, clock: ContinuousClock) {
        self.deadlines = deadlines
        self.clock = clock
        begin = clock.now
    }

    var elapsed: Duration { begin.duration(to: clock.now) }

    func commandStarted() { state.withLock { $0.started = clock.now } }
    func byteCame() { state.withLock { $0.lastByte = clock.now } }

    /// Sleeps until a deadline of the work has passed. - Returns: which one; nil when cancelled or none is set.
    func untilLate() async -> (code: RemoteError.Code, limit: Duration)? {
        while let next = nearest() {
            if next.at <= clock.now { return (next.code, next.limit) }
            // Before the command has started, a deadline of its output may come nearer: look again soon after.
            let isStarted = state.withLock { $0.started != nil }
            let latest = isStarted ? next.at : min(next.at, clock.now + .milliseconds(50))
            guard (try? await clock.sleep(until: latest)) != nil else { return nil }
        }
        return nil
    }

    private struct Limit {
        let at: ContinuousClock.Instant
        let code: RemoteError.Code
        let limit: Duration
    }

    private func nearest() -> Limit? {
        let now = state.withLock { $0 }
        var limits: [Limit] = []
        if let total = deadlines.total { limits.append(Limit(at: begin + total, code: .timeout, limit: total)) }
        // From the command's start, so that none of these limits ever comes nearer while one sleeps until it.
        if let idle = deadlines.idle, let last = now.lastByte ?? now.started {
            limits.append(Limit(at: last + idle, code: .idleTimeout, limit: idle))
        }
        if let first = deadlines.firstByte, let started = now.started, now.lastByte == nil {
            limits.append(Limit(at: started + first, code: .firstByteTimeout, limit: first))
        }
        if limits.isEmpty, deadlines.idle != nil || deadlines.firstByte != nil {
            return Limit(at: .now + .seconds(3600), code: .timeout, limit: .zero)
        }
        return limits.min { $0.at < $1.at }
    }
}
