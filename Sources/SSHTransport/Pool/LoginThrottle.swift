import Operations

/// How many log-ins may be under way at one address, learned from what the far side does.
///
/// Pure: grows by one for every accepted log-in until the first refusal, by one for each window after it, and halves on
/// a refusal, at most once for the log-ins that were under way together.
struct LoginWindow {
    private(set) var width: Double
    private(set) var underWay = 0
    private var isSlowStart = true
    private var era = 0

    init(first: Int) {
        width = Double(max(1, first))
    }

    var hasRoom: Bool { underWay < max(1, Int(width)) }

    /// - Returns: the era of this log-in, to be handed back when it ends.
    mutating func enter() -> Int {
        underWay += 1
        return era
    }

    mutating func leave(_ verdict: LoginThrottle.Verdict, era begun: Int) {
        underWay -= 1
        switch verdict {
        case .accepted:
            width = min(4096, width + (isSlowStart ? 1 : 1 / max(1, width)))
        case .turnedAway where begun == era:
            width = max(1, min(width, Double(underWay + 1)) / 2)
            isSlowStart = false
            era += 1
        case .turnedAway, .failed:
            break
        }
    }
}

/// Lets log-ins through, address by address. Who waits holds no descriptor and no session.
@SSHLoop
final class LoginThrottle {
    enum Verdict {
        case accepted
        /// The server closed before its banner, or said that it has too many.
        case turnedAway
        /// Anything that says nothing about the server's room.
        case failed
    }

    /// One log-in's turn: waiting, then with a place, which is given back with the verdict.
    @SSHLoop
    final class Turn {
        let address: String
        fileprivate let waiter: Waiter
        fileprivate(set) var era: Int?
        fileprivate var hasEnded = false

        fileprivate init(_ address: String, _ waiter: Waiter) {
            self.address = address
            self.waiter = waiter
        }
    }

    private final class Queue {
        var window: LoginWindow
        var waiting: [Turn] = []
        var start = 0
        init(first: Int) { window = LoginWindow(first: first) }
    }

    private let settings: LibSSHSettings
    private var queues: [String: Queue] = [:]

    nonisolated init(_ settings: LibSSHSettings) {
        self.settings = settings
    }

    /// All addresses of `127.0.0.0/8` are one machine and usually one server: what one learns holds for all.
    nonisolated static func key(host: String, port: UInt16) -> String {
        host.hasPrefix("127.") ? "loopback:\(port)" : "\(host):\(port)"
    }

    /// Asks for a place; `waiter` is fired when the turn has one.
    func request(_ address: String, waiter: Waiter) -> Turn {
        let queue = queues[address] ?? Queue(first: settings.firstLoginsPerAddress)
        queues[address] = queue
        let turn = Turn(address, waiter)
        queue.waiting.append(turn)
        admit(queue)
        return turn
    }

    /// Ends a turn, whether it had its place or still waited.
    func end(_ turn: Turn, _ verdict: Verdict) {
        guard !turn.hasEnded else { return }
        turn.hasEnded = true
        guard let queue = queues[turn.address], let era = turn.era else { return }
        queue.window.leave(verdict, era: era)
        admit(queue)
        if queue.start == queue.waiting.count, queue.window.underWay == 0, isOrdinary(queue.window) {
            queues[turn.address] = nil
        }
    }

    private func admit(_ queue: Queue) {
        while queue.start < queue.waiting.count {
            let turn = queue.waiting[queue.start]
            if !turn.hasEnded {
                guard queue.window.hasRoom else { return }
                turn.era = queue.window.enter()
                turn.waiter.fire()
            }
            queue.start += 1
        }
        queue.waiting = []
        queue.start = 0
    }

    /// Nothing was learned that is worth keeping: one address for each node must not cost memory for ever.
    private func isOrdinary(_ window: LoginWindow) -> Bool {
        let first = Double(settings.firstLoginsPerAddress)
        return window.width >= first && window.width < first + 2
    }
}
