import FleetModel
import Operations
import Synchronization

/// The requests of one connected command, each with a task of its own.
final class Conversations: Sendable {
    private let socket: FrameSocket
    private let shell: any RemoteShell
    private let service: any DaemonService
    private let running = Mutex<[UInt32: Running]>([:])

    private struct Running {
        var task: Task<Void, Never>
        var input: RemoteInput
    }

    init(socket: FrameSocket, shell: any RemoteShell, service: any DaemonService) {
        self.socket = socket
        self.shell = shell
        self.service = service
    }

    func receive(_ frame: Frame) {
        switch frame.kind {
        case .request: begin(frame)
        case .input: input(of: frame.conversation)?.arrived(frame.payload)
        case .inputEnd: input(of: frame.conversation)?.arrived(nil)
        case .cancel: running.withLock { $0[frame.conversation]?.task.cancel() }
        case .stdout, .stderr, .wantInput, .reply, .failure: socket.hangUp()
        }
    }

    /// The command is gone: everything it asked for ends, on the nodes too.
    func cancelAll() {
        for entry in running.withLock({ Array($0.values) }) {
            entry.task.cancel()
            entry.input.arrived(nil)
        }
    }

    private func input(of conversation: UInt32) -> RemoteInput? {
        running.withLock { $0[conversation]?.input }
    }

    private func begin(_ frame: Frame) {
        let id = frame.conversation
        let input = RemoteInput { [socket] in socket.send(Frame(kind: .wantInput, conversation: id, payload: [])) }
        running.withLock { table in
            // UNSTRUCTURED: it lives as long as the request; `cancelAll` ends it with the connection.
            let task = Task { [self] in
                await answer(frame, input: input)
                running.withLock { _ = $0.removeValue(forKey: id) }
            }
            table[id] = Running(task: task, input: input)
        }
    }

    private func answer(_ frame: Frame, input: RemoteInput) async {
        do {
            let payload = try await reply(to: frame, input: input)
            socket.send(Frame(kind: .reply, conversation: frame.conversation, payload: payload))
        } catch {
            let explained = error as? any Explained
            let document: JSONValue = [
                "code": .string(explained?.code ?? "state.daemon_error"),
                "problem": .string(explained?.problem ?? "the daemon could not do it: \(error)"),
                "advice": .optional(explained?.advice),
            ]
            socket.send(Frame(kind: .failure, conversation: frame.conversation, payload: Array(document.text().utf8)))
        }
    }

    private func reply(to frame: Frame, input: RemoteInput) async throws -> [UInt8] {
        let fields = try WireFields(JSONReading.parse(frame.payload))
        switch try fields.text("ask") {
        case "health": return Array(await service.health().wire.text().utf8)
        case "collect":
            let names = try fields.list("nodes").compactMap(\.string).map { try NodeName($0) }
            let outcomes = try await service.collect(names)
            let members = outcomes.map { ($0.key.text, $0.value.wire) }
            return Array(JSONValue.object(Dictionary(members, uniquingKeysWith: { $1 })).text().utf8)
        case "stop":
            await service.requestStop()
            return Array("{}".utf8)
        case "forget":
            await shell.forget(try fields.checked("node"))
            return Array("{}".utf8)
        case "run": return try await run(fields, conversation: frame.conversation, input: input)
        case let other: throw WireError(field: other)
        }
    }

    private func run(_ fields: WireFields, conversation: UInt32, input: RemoteInput) async throws -> [UInt8] {
        guard let target = fields.value("destination"), let order = fields.value("job") else {
            throw WireError(field: "run")
        }
        let destination = try Destination(wire: target)
        var job = try RemoteJob(wire: order, stdin: .stream { await input.next() }) { [socket] chunk in
            let kind: Frame.Kind = chunk.stream == .stdout ? .stdout : .stderr
            socket.send(Frame(kind: kind, conversation: conversation, payload: chunk.bytes))
        }
        job.flow = socket.flow
        return await shell.run(job, on: destination).wire
    }
}

/// Input that the command sends chunk by chunk, one for each time it is asked.
final class RemoteInput: Sendable {
    private let ask: @Sendable () -> Void
    private let state = Mutex(State())

    private struct State {
        var waiting: CheckedContinuation<[UInt8]?, Never>?
        var early: [[UInt8]] = []
        var isEnded = false
    }

    init(ask: @escaping @Sendable () -> Void) {
        self.ask = ask
    }

    /// Nil is the end of the input, or of the connection.
    func arrived(_ chunk: [UInt8]?) {
        let waiting = state.withLock { state -> CheckedContinuation<[UInt8]?, Never>? in
            if chunk == nil { state.isEnded = true }
            if let waiting = state.waiting {
                state.waiting = nil
                return waiting
            }
            if let chunk { state.early.append(chunk) }
            return nil
        }
        waiting?.resume(returning: chunk)
    }

    func next() async -> [UInt8]? {
        ask()
        return await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> [UInt8]?? in
                if !state.early.isEmpty { return .some(state.early.removeFirst()) }
                if state.isEnded { return .some(nil) }
                state.waiting = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
