package import FleetModel
import Glibc
package import Operations
import Synchronization

/// The daemon seen from a command: its warm connections behind the same port as our own.
package final class DaemonClient: RemoteShell, Daemon {
    private let socket: FrameSocket
    private let own: any RemoteShell
    private let pending = Mutex(Pending())

    private struct Pending {
        var next: UInt32 = 1
        var isClosed = false
        var talks: [UInt32: Talk] = [:]
    }

    private struct Talk {
        var onOutput: (@Sendable (OutputChunk) -> Void)?
        var wantsInput: (@Sendable () -> Void)?
        var answer: CheckedContinuation<[UInt8], any Error>
    }

    /// Connects to the daemon that listens at `path`; nil where none does.
    ///
    /// - `own`: runs what must not or need not go through the daemon.
    package init?(path: String, own: any RemoteShell) {
        let file = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return nil }
        let connected = try? UnixAddress.with(path) { connect(file, $0, $1) }
        guard connected == 0 else {
            close(file)
            return nil
        }
        self.own = own
        self.socket = FrameSocket(file: file)
        socket.start { [weak self] in self?.receive($0) }
    }

    deinit {
        socket.hangUp()
    }

    package func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        // A secret of the command's own stays in its own process.
        guard let target = destination.wire else { return await own.run(job, on: destination) }
        do {
            let request: JSONValue = ["ask": "run", "destination": target, "job": job.wire]
            let answer = try await ask(request, input: InputSource(job.stdin), onOutput: job.onOutput)
            return try CommandResult(wire: answer)
        } catch {
            return CommandResult(ending: .failed(Self.remoteError(error, destination.node)))
        }
    }

    package func open(_ command: Command, on destination: Destination, deadlines: Deadlines) async throws
        -> any RemoteStream
    {
        try await own.open(command, on: destination, deadlines: deadlines)
    }

    package func forget(_ node: NodeName) async {
        // When the daemon is gone its connections are too.
        do { _ = try await ask(["ask": "forget", "node": .string(node.text)]) } catch {}
        await own.forget(node)
    }

    package func shutdown() async {
        socket.hangUp()
        await own.shutdown()
    }

    package func health() async throws -> DaemonHealth {
        try DaemonHealth(wire: JSONReading.parse(await ask(["ask": "health"])))
    }

    package func collect(_ nodes: [NodeName]) async throws -> [NodeName: PollOutcome] {
        let answer = try await ask(["ask": "collect", "nodes": .array(nodes.map { .string($0.text) })])
        var outcomes: [NodeName: PollOutcome] = [:]
        for (name, wire) in try JSONReading.parse(answer).object ?? [:] {
            outcomes[try NodeName(name)] = try PollOutcome(wire: wire)
        }
        return outcomes
    }

    package func stop() async throws {
        _ = try await ask(["ask": "stop"])
    }

    private static func remoteError(_ error: any Error, _ node: NodeName) -> RemoteError {
        if let error = error as? RemoteError { return error }
        let explained = error as? any Explained
        return RemoteError(
            .connectionLost,
            node,
            explained?.problem ?? "the daemon ended while the command ran",
            advice: explained?.advice ?? "see: flotilla collector status"
        )
    }

    private func ask(
        _ request: JSONValue,
        input: InputSource? = nil,
        onOutput: (@Sendable (OutputChunk) -> Void)? = nil
    ) async throws -> [UInt8] {
        let id = pending.withLock { pending -> UInt32 in
            defer { pending.next &+= 1 }
            return pending.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { answer in
                let wantsInput = input.map { source in { @Sendable [self] in feed(source, to: id) } }
                let open = pending.withLock { pending -> Bool in
                    guard !pending.isClosed else { return false }
                    pending.talks[id] = Talk(onOutput: onOutput, wantsInput: wantsInput, answer: answer)
                    return true
                }
                guard open else {
                    answer.resume(throwing: StateError("daemon_gone", "the daemon ended"))
                    return
                }
                socket.send(Frame(kind: .request, conversation: id, payload: Array(request.text().utf8)))
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: UInt32) {
        socket.send(Frame(kind: .cancel, conversation: id, payload: []))
    }

    private func feed(_ source: InputSource, to id: UInt32) {
        // UNSTRUCTURED: reads one chunk for the daemon; its end is the answer of the conversation itself.
        Task { [self] in
            do {
                guard let chunk = try await source.next() else {
                    return socket.send(Frame(kind: .inputEnd, conversation: id, payload: []))
                }
                socket.send(Frame(kind: .input, conversation: id, payload: chunk))
            } catch {
                cancel(id)
            }
        }
    }

    private func receive(_ frame: Frame?) {
        guard let frame else { return end() }
        let talk = pending.withLock { pending -> Talk? in
            switch frame.kind {
            case .reply, .failure: pending.talks.removeValue(forKey: frame.conversation)
            default: pending.talks[frame.conversation]
            }
        }
        guard let talk else { return }
        switch frame.kind {
        case .stdout: talk.onOutput?(OutputChunk(.stdout, frame.payload))
        case .stderr: talk.onOutput?(OutputChunk(.stderr, frame.payload))
        case .wantInput: talk.wantsInput?()
        case .reply: talk.answer.resume(returning: frame.payload)
        case .failure: talk.answer.resume(throwing: DaemonRefusal(payload: frame.payload))
        case .request, .input, .inputEnd, .cancel: socket.hangUp()
        }
    }

    private func end() {
        let talks = pending.withLock { pending -> [Talk] in
            defer { pending.talks = [:] }
            pending.isClosed = true
            return Array(pending.talks.values)
        }
        for talk in talks {
            talk.answer.resume(throwing: StateError("daemon_gone", "the daemon ended while it worked"))
        }
    }
}

/// An error that the daemon reported, code and text as it gave them.
struct DaemonRefusal: Explained {
    let code: String
    let problem: String
    let advice: String?

    init(payload: [UInt8]) {
        let members = (try? JSONReading.parse(payload))?.object ?? [:]
        self.code = members["code"]?.string ?? "state.daemon_error"
        self.problem = members["problem"]?.string ?? "the daemon reported an error"
        self.advice = members["advice"]?.string
    }
}
