import FleetModel

/// How many nodes may be met at once, learned from how the meetings go.
///
/// Pure: grows by one for every node that answered until the first sign of overload, by one for each window after it, and
/// halves on such a sign, at most once for those that were under way together.
struct ContactWindow {
    private(set) var width: Double
    private(set) var underWay = 0
    private var isSlowStart = true
    private var era = 0

    static let narrowest = 8.0
    static let widest = 1024.0

    init(width: Double) {
        self.width = width
    }

    enum Verdict {
        case answered
        /// Reached, and not done in time: the nodes, the way or this machine have too much to do.
        case overloaded
        /// Says nothing about load: nobody there, a wrong key.
        case neither

        init(of error: RemoteError?) {
            switch error?.kind {
            case nil: self = .answered
            case .timeout, .idleTimeout, .firstByteTimeout, .authTimeout, .bannerTimeout, .throttled: self = .overloaded
            default: self = .neither
            }
        }
    }

    var hasRoom: Bool { underWay < Int(width) }

    /// - Returns: the era of this contact, to be handed back when it ends.
    mutating func enter() -> Int {
        underWay += 1
        return era
    }

    mutating func leave(_ verdict: Verdict, era begun: Int) {
        underWay -= 1
        switch verdict {
        case .answered:
            width = min(Self.widest, width + (isSlowStart ? 1 : 1 / width))
        case .overloaded where begun == era:
            width = max(Self.narrowest, width / 2)
            isSlowStart = false
            era += 1
        case .overloaded, .neither:
            break
        }
    }
}

/// Lets nodes be met a few at a time, in the order in which they came.
///
/// A first contact costs a log-in and a probe with everything it can ask, a hundred times a warm poll. Five thousand at
/// once would all be late, and being late all begin again; warm polls would be late beside them.
actor FirstContacts {
    private var window: ContactWindow
    private var waiting: [Waiting] = []
    private var next = 0
    private var tickets = 0

    private struct Waiting {
        let ticket: Int
        let continuation: CheckedContinuation<Int?, Never>
    }

    init(width: Double = 32) {
        window = ContactWindow(width: width)
    }

    /// How many wait.
    var queue: Int { waiting.count - next }

    /// Waits for a turn.
    ///
    /// - Returns: what to hand back to `leave`; nil when the task was cancelled meanwhile.
    func enter() async -> Int? {
        if next == waiting.count, window.hasRoom { return window.enter() }
        tickets += 1
        let ticket = tickets
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiting.append(Waiting(ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            Task { await self.giveUp(ticket) }
        }
    }

    func leave(_ turn: Int, _ verdict: ContactWindow.Verdict) {
        window.leave(verdict, era: turn)
        admit()
    }

    private func admit() {
        while next < waiting.count, window.hasRoom {
            let first = waiting[next]
            next += 1
            first.continuation.resume(returning: window.enter())
        }
        guard next == waiting.count || next > 1024 else { return }
        waiting.removeFirst(next)
        next = 0
    }

    private func giveUp(_ ticket: Int) {
        // Not there: it has had its turn.
        guard let index = waiting[next...].firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: index).continuation.resume(returning: nil)
    }
}
