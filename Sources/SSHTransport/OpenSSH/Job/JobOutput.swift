import FleetModel
import Operations
import Synchronization

/// Keeps both outputs of a job and tells the caller of each piece.
final class JobOutput: Sendable {
    private let captures: Mutex<(stdout: OutputCapture, stderr: OutputCapture)>
    private let onOutput: (@Sendable (OutputChunk) -> Void)?

    init(_ job: RemoteJob, node: NodeName) {
        captures = Mutex(
            (
                OutputCapture(job.limits, spillName: "\(node.text).stdout"),
                OutputCapture(job.limits, spillName: "\(node.text).stderr")
            )
        )
        onOutput = job.onOutput
    }

    func add(_ stream: OutputChunk.Stream, _ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        captures.withLock { captures in
            switch stream {
            case .stdout: captures.stdout.append(bytes)
            case .stderr: captures.stderr.append(bytes)
            }
        }
        onOutput?(OutputChunk(stream, bytes))
    }

    func finish() -> (stdout: CapturedOutput, stderr: CapturedOutput) {
        captures.withLock { ($0.stdout.finish(), $0.stderr.finish()) }
    }
}

/// What the guard on the node said: who leads the process tree, and whether the command itself runs.
final class JobMarks: Sendable {
    private struct State {
        var filter: GuardFilter
        var leader: Int32?
        var passwordsSent = 0
        var isGuarded: Bool
        var beforeSudo: [UInt8] = []
    }

    let nonce: String
    private let isElevated: Bool
    private let state: Mutex<State>
    private let (running, runningSign) = AsyncStream<Never>.makeStream()

    init(nonce: String, isElevated: Bool, isGuarded: Bool) {
        self.nonce = nonce
        self.isElevated = isElevated
        var filter = GuardFilter(nonce: nonce, isElevated: isElevated)
        if !isElevated { filter.wasSent(after: ShellEnvelope.opening(nonce, nil)) }
        state = Mutex(State(filter: filter, isGuarded: isGuarded))
    }

    var leader: Int32? { state.withLock { $0.leader } }
    var passwordsSent: Int { state.withLock { $0.passwordsSent } }
    var isWaitingForLeader: Bool { state.withLock { $0.isGuarded && $0.leader == nil } }

    func passwordSent() { state.withLock { $0.passwordsSent += 1 } }

    /// Returns when the command itself runs, or the task is cancelled.
    func untilRunning() async {
        for await _ in running {}
    }

    func feed(_ bytes: [UInt8]) -> [GuardFilter.Event] {
        state.withLock { state in
            guard state.isGuarded else { return [.output(bytes)] }
            var events: [GuardFilter.Event] = []
            for event in state.filter.feed(bytes) { note(event, &state, &events) }
            return events
        }
    }

    private func note(_ event: GuardFilter.Event, _ state: inout State, _ events: inout [GuardFilter.Event]) {
        switch event {
        case .began(let pid, _): state.leader = pid
        case .running:
            // What sudo itself said (its lecture) is not the command's output.
            state.beforeSudo = []
            runningSign.finish()
        case .output(let bytes) where isElevated && !state.filter.isDone && state.leader != nil:
            state.beforeSudo = (state.beforeSudo + bytes).suffix(65_536)
            return
        case .output, .passwordWanted: break
        }
        events.append(event)
    }

    /// What is still held back when the command has ended.
    func finish() -> [UInt8] {
        runningSign.finish()
        return state.withLock { state in
            defer { state.beforeSudo = [] }
            return state.beforeSudo + state.filter.finish()
        }
    }
}

extension JobTimes {
    /// The guard's own marks are no output of the command.
    func byteCame(unless chunk: OutputChunk, _ marks: JobMarks) {
        if chunk.stream == .stderr, marks.isWaitingForLeader { return }
        byteCame()
    }
}
