import FleetModel
import Operations

/// The time limits of a job as a whole and of its output; connect and log-in are limited by the dial.
@SSHLoop
final class JobClock {
    private let deadlines: Deadlines
    private let node: NodeName
    private let waiter: Waiter
    private let asked = LoopThread.readClock()
    private var stage: @SSHLoop () -> String? = { nil }
    private var whole: LoopTimer?
    private var timers: [LoopTimer] = []
    private var firstByte: LoopTimer?
    private var lastOutput: Int64?

    nonisolated init(_ deadlines: Deadlines, _ node: NodeName, _ waiter: Waiter) {
        self.deadlines = deadlines
        self.node = node
        self.waiter = waiter
    }

    /// - Parameter stage: what the job waits for while its command has not begun.
    func start(stage: @escaping @SSHLoop () -> String?) {
        self.stage = stage
        startWhole(deadlines.queue ?? deadlines.total)
    }

    /// Where the wait for a turn to log in has a limit of its own, that of the whole begins with the turn. It begins anew
    /// with the next turn when the server turned the log-in away, and with the session: the log-in has its own limit.
    func follow(_ ticket: Ticket?) {
        guard let queue = deadlines.queue, let ticket else { return }
        let hasTurn = { @SSHLoop [weak self] (hasTurn: Bool) in
            guard let self else { return }
            let left = queue - .nanoseconds(LoopThread.readClock() - asked)
            startWhole(hasTurn ? deadlines.total : max(.zero, left))
        }
        if ticket.hasTurn { hasTurn(true) }
        ticket.onTurn = hasTurn
    }

    private func startWhole(_ limit: Duration?) {
        whole?.cancel()
        whole = limit.map { limit in
            SSHLoop.after(limit) { [waiter, node, stage] in
                let doing = stage().map { "still \($0)" } ?? "the command was still running"
                waiter.stop(
                    RemoteError(
                        .timeout,
                        node,
                        "not done within \(limit): \(doing)",
                        advice: "raise --timeout if it needs longer"
                    )
                )
            }
        }
    }

    /// The command was accepted.
    func began() {
        if let limit = deadlines.firstByte, lastOutput == nil {
            firstByte = SSHLoop.after(limit) { [waiter, node] in
                waiter.stop(RemoteError(.firstByteTimeout, node, "no output within \(limit)"))
            }
        }
        if let limit = deadlines.idle { watchIdle(limit, since: SSHLoop.now) }
    }

    func sawOutput() {
        lastOutput = SSHLoop.now
        firstByte?.cancel()
        firstByte = nil
    }

    func stop() {
        whole?.cancel()
        timers.forEach { $0.cancel() }
        timers = []
        firstByte?.cancel()
    }

    /// One timer for the whole silence: output only notes its time, and the timer looks at it when it is due.
    private func watchIdle(_ limit: Duration, since: Int64) {
        let left = Duration.nanoseconds(since - LoopThread.readClock()) + limit
        let timer = SSHLoop.after(left) { [weak self] in
            guard let self else { return }
            let last = max(since, lastOutput ?? since)
            guard last == since else { return watchIdle(limit, since: last) }
            waiter.stop(RemoteError(.idleTimeout, node, "no output for \(limit)"))
        }
        timers.removeAll(where: \.isCancelled)
        timers.append(timer)
    }
}
