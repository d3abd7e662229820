import Synchronization

/// How many log-ins may be under way at once at one address, learned from what the far side does.
///
/// Starts modest, grows by one for each that succeeds, halves when the far side hangs up early.
final class OpenSSHLogIns: Sendable {
    private struct Lane {
        var width = 8.0
        var underWay = 0
        var waiting: [(id: UInt64, resume: CheckedContinuation<Void, any Error>)] = []
    }

    private struct State {
        var lanes: [String: Lane] = [:]
        var next: UInt64 = 0
        var early: Set<UInt64> = []
    }

    private let state = Mutex(State())
    private static let widest = 64.0

    /// All addresses of `127.0.0.0/8` are one machine, and usually one server: what one learns holds for all.
    static func lane(host: String, port: UInt16) -> String {
        host.hasPrefix("127.") ? "loopback:\(port)" : "\(host):\(port)"
    }

    /// Waits for a place. - Throws: `CancellationError`.
    func enter(_ lane: String) async throws {
        let id = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.early.remove(id) != nil { return .failure(CancellationError()) }
                    if state.lanes[lane, default: Lane()].underWay < Int(state.lanes[lane]?.width ?? 8) {
                        state.lanes[lane, default: Lane()].underWay += 1
                        return .success(())
                    }
                    state.lanes[lane, default: Lane()].waiting.append((id, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            cancel(id, lane)
        }
    }

    private func cancel(_ id: UInt64, _ lane: String) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let index = state.lanes[lane]?.waiting.firstIndex(where: { $0.id == id }) else {
                state.early.insert(id)
                return nil
            }
            return state.lanes[lane]?.waiting.remove(at: index).resume
        }
        waiter?.resume(throwing: CancellationError())
    }

    /// Gives the place back. `turnedAway`: the far side hung up before the log-in; nil: nothing was learned.
    func leave(_ lane: String, turnedAway: Bool?) {
        let admitted = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
            guard var current = state.lanes[lane] else { return [] }
            current.underWay -= 1
            switch turnedAway {
            case true?: current.width = max(2, current.width / 2)
            case false?: current.width = min(Self.widest, current.width + 1)
            case nil: break
            }
            var admitted: [CheckedContinuation<Void, any Error>] = []
            while current.underWay < Int(current.width), !current.waiting.isEmpty {
                admitted.append(current.waiting.removeFirst().resume)
                current.underWay += 1
            }
            state.lanes[lane] = current.underWay == 0 && current.waiting.isEmpty && current.width >= 8 ? nil : current
            return admitted
        }
        admitted.forEach { $0.resume() }
    }
}
