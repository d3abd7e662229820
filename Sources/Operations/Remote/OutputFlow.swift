import Synchronization

/// Whether somebody takes a job's output as fast as it comes. While it is held, what runs the job leaves further output
/// with the node, whose command then waits in its writes: nothing piles up in between.
package final class OutputFlow: Sendable {
    private struct State {
        var isHeld = false
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isHeld: Bool { state.withLock { $0.isHeld } }

    package func hold() { state.withLock { $0.isHeld = true } }

    package func release() {
        let waiting = state.withLock { state -> [@Sendable () -> Void] in
            defer { state = State() }
            return state.waiting
        }
        for body in waiting { body() }
    }

    /// Calls `body` once: with the next release, or now where nothing is held. It must not block.
    package func whenReleased(_ body: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state -> Bool in
            if state.isHeld { state.waiting.append(body) }
            return !state.isHeld
        }
        if isOpen { body() }
    }

    /// Returns with the next release, at once where nothing is held, and when the task is cancelled.
    package func untilReleased() async {
        guard isHeld else { return }
        let (released, sign) = AsyncStream<Never>.makeStream()
        whenReleased { sign.finish() }
        for await _ in released {}
    }
}
