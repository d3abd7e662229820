import FleetModel

/// A condition variable of the loop with one waiting task: whoever changes something fires it, the task looks again.
@SSHLoop
final class Waiter {
    private var continuation: CheckedContinuation<Void, Never>?
    private var isFired = false
    /// Set once; from then on every wait throws it.
    private(set) var stopped: RemoteError?

    func fire() {
        guard let waiting = continuation else {
            isFired = true
            return
        }
        continuation = nil
        waiting.resume()
    }

    /// Ends the waiting with an error; the first one counts.
    func stop(_ error: RemoteError) {
        if stopped == nil { stopped = error }
        fire()
    }

    /// Suspends until the next `fire`; one that came since the last wait counts.
    func next() async {
        if isFired {
            isFired = false
            return
        }
        await withCheckedContinuation { continuation = $0 }
    }

    /// Asks `condition` now and after every `fire` until it gives a value.
    ///
    /// - Throws: the error of `stop`, or what the condition throws.
    func until<T>(_ condition: @SSHLoop () throws -> T?) async throws -> T {
        while true {
            if let stopped { throw stopped }
            if let value = try condition() { return value }
            await next()
        }
    }

    /// Waits that long, unless stopped.
    func pause(_ delay: Duration) async throws {
        var isOver = false
        let timer = SSHLoop.after(delay) { [self] in
            isOver = true
            fire()
        }
        defer { timer.cancel() }
        try await until { isOver ? () : nil }
    }
}
