/// The actor of everything that touches libssh: one thread with one `epoll`, thousands of sessions.
///
/// All state behind it is confined to that thread, so sessions, channels and the pool call each other directly.
@globalActor
package actor SSHLoop {
    package static let shared = SSHLoop()
    static let thread = LoopThread()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { Self.thread.asUnownedSerialExecutor() }

    /// Runs `body` as the loop; for C callbacks, which libssh only makes from a call of ours on the loop's thread.
    nonisolated static func assume<T>(_ body: @SSHLoop () -> T) -> T {
        thread.checkIsolated()
        return withoutActuallyEscaping(body) { body in
            unsafeBitCast(body, to: (() -> T).self)()
        }
    }

    /// Nanoseconds of the monotonic clock, read once for each turn of the loop.
    @SSHLoop static var now: Int64 { thread.now }

    /// Calls `body` on the loop after `delay`, unless cancelled before.
    @SSHLoop static func after(_ delay: Duration, _ body: @escaping @SSHLoop () -> Void) -> LoopTimer {
        let timer = LoopTimer(due: LoopThread.readClock() + delay.nanoseconds, body)
        thread.timers.insert(timer)
        return timer
    }
}

extension Duration {
    /// Whole nanoseconds, saturating.
    var nanoseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? Int64.max / 2 : min(seconds, Int64.max / 2) + components.attoseconds / 1_000_000_000
    }
}
