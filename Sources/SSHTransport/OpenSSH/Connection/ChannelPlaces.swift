import Synchronization

/// At most so many channels at a time on one connection; the others wait in line.
final class ChannelPlaces: Sendable {
    /// Given back when it is let go of.
    final class Place: Sendable {
        private let owner: ChannelPlaces
        private let isGranted = Mutex(false)

        fileprivate init(_ owner: ChannelPlaces) { self.owner = owner }
        deinit { owner.giveBack(wasGranted: isGranted.withLock { $0 }) }

        /// The server opened the session.
        func wasGranted() {
            isGranted.withLock { $0 = true }
            owner.state.withLock { $0.granted += 1 }
        }
    }

    /// The connection takes no more commands: ask for another one.
    struct Retired: Error {}

    private struct State {
        var limit: Int
        var used = 0
        var granted = 0
        var isRetired = false
        var next: UInt64 = 0
        var waiting: [(id: UInt64, resume: CheckedContinuation<Void, any Error>)] = []
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    init(_ limit: Int) { state = Mutex(State(limit: max(1, limit))) }

    /// - Throws: `Retired`, `CancellationError`.
    func take() async throws -> Place {
        let id = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if state.isRetired { return .failure(Retired()) }
                    guard state.used >= state.limit else {
                        state.used += 1
                        return .success(())
                    }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            cancel(id)
        }
        return Place(self)
    }

    /// Sends everybody who waits to another connection.
    ///
    /// - Returns: how many sessions are granted at the moment.
    func retire() -> Int {
        let (waiting, granted) = state.withLock { state in
            defer { state.waiting = [] }
            state.isRetired = true
            return (state.waiting.map(\.resume), state.granted)
        }
        waiting.forEach { $0.resume(throwing: Retired()) }
        return granted
    }

    var isSingle: Bool { state.withLock { $0.limit == 1 } }
    var isUnused: Bool { state.withLock { $0.used == 0 && $0.waiting.isEmpty } }

    private func cancel(_ id: UInt64) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.waiting.remove(at: index).resume
        }
        waiter?.resume(throwing: CancellationError())
    }

    private func giveBack(wasGranted: Bool) {
        let admitted = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
            state.used -= 1
            if wasGranted { state.granted -= 1 }
            var admitted: [CheckedContinuation<Void, any Error>] = []
            while state.used < state.limit, !state.waiting.isEmpty {
                admitted.append(state.waiting.removeFirst().resume)
                state.used += 1
            }
            return admitted
        }
        admitted.forEach { $0.resume() }
    }
}
