import FleetModel
import Synchronization

/// A session channel on a multiplexing `ssh`: one reader, one writer.
final class MuxChannel: Sendable {
    /// The server did not open the channel, or did not run the command: nothing has begun.
    struct Refused: Error {
        let reason: String
        /// False where the session was opened and its command refused.
        var isOfSession = true
    }

    private let socket: MuxSocket
    // Held for its end: the place among the connection's channels is free again when the channel is.
    private let place: Mutex<ChannelPlaces.Place?>
    private let connection: OpenSSHConnection?
    private let session = Mutex(MuxSession())
    private let isClosed = Mutex(false)
    private let sending = SendTurn()
    private let room = WindowSignal()

    /// - `connection`: a connection that lives no longer than this channel.
    init(_ socket: MuxSocket, place: ChannelPlaces.Place?, connection: OpenSSHConnection? = nil) {
        self.socket = socket
        self.connection = connection
        self.place = Mutex(place)
    }

    /// - Throws: `Refused`, `MuxSocket.Gone`, `CancellationError`; after the last `abandon` has to be called.
    func open() async throws {
        try await send(MuxSession.openPacket)
        try await untilOpened()
    }

    private func untilOpened() async throws {
        switch try await next() {
        case .opened: return
        case .openRefused(_, let text): throw Refused(reason: text)
        default: throw MuxSocket.Gone()
        }
    }

    /// Gives up an opening that is still under way, in the background.
    ///
    /// - Parameter park: takes a socket that must stay open: ssh ends altogether, with every other command on the
    ///   connection, when a proxy goes whose channel was refused or is not open yet (`chan_send_close2`, 9.2).
    func abandon(park: @escaping @Sendable (MuxChannel) -> Void) {
        Task {
            do {
                try await untilOpened()
                await close()
            } catch {
                park(self)
            }
        }
    }

    /// Sends the command; whether it was taken comes as an event.
    func exec(_ line: String) async throws {
        try await send(session.withLock { $0.execPacket(Array(line.utf8)) })
    }

    /// The next thing that happens; windows are kept open on the way.
    ///
    /// - Throws: `MuxSocket.Gone`, `MuxSession.Malformed`, `CancellationError` (nothing is lost by it).
    func next() async throws -> MuxSession.Event {
        while true {
            if let packet = session.withLock({ $0.windowPacket() }) { try await send(packet) }
            let packet = try await socket.receive()
            guard let event = try session.withLock({ try $0.receive(packet) }) else { continue }
            if event == .closed {
                isClosed.withLock { $0 = true }
                room.finish()
            }
            guard event != .windowGrew else {
                room.signal()
                continue
            }
            return event
        }
    }

    /// Sends bytes as the far side takes them. One writer at a time.
    ///
    /// - Returns: false when the channel was closed before all was sent.
    func write(_ bytes: [UInt8]) async throws -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            if let packet = session.withLock({ $0.dataPacket(&rest) }) {
                try await send(packet)
            } else if !(try await room.wait()) {
                return false
            }
        }
        return true
    }

    func sendEOF() async throws { try await send(session.withLock { $0.eofPacket }) }

    /// Says that we are done with it. Nothing is sent after it.
    func close() async {
        room.finish()
        try? await send(session.withLock { $0.closePacket })
        guard !isClosed.withLock({ $0 }) else { return }
        // The far side has to answer before the socket may go: ssh would close the channel a second time, and
        // dropbear ends the connection for that.
        Task {
            while let event = try? await next(), event != .closed {}
        }
    }

    /// For a channel that is not to be, but whose socket has to stay.
    func letGoOfPlace() { place.withLock { $0 = nil } }

    private func send(_ packet: [UInt8]) async throws {
        try await sending.take()
        defer { sending.give() }
        // A packet sent half would spoil the stream: what has begun is finished, also when the task is cancelled.
        let socket = socket
        try await Task { try await socket.send(packet) }.value
    }
}

/// Lets one sender at a time through.
private final class SendTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func take() async throws {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }
}

/// Wakes the one writer that waits for the far side to take more.
private final class WindowSignal: Sendable {
    private struct State {
        var hasRoom = false
        var isOver = false
        var waiter: CheckedContinuation<Bool, any Error>?
    }

    private let state = Mutex(State())

    /// - Returns: false when there will be no more room. - Throws: `CancellationError`.
    func wait() async throws -> Bool {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Bool, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.isOver { return .success(false) }
                    guard !state.hasRoom else {
                        state.hasRoom = false
                        return .success(true)
                    }
                    state.waiter = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            wake { state in
                state.waiter.take()
            }?.resume(throwing: CancellationError())
        }
    }

    func signal() {
        wake { state in
            state.hasRoom = state.waiter == nil
            return state.waiter.take()
        }?.resume(returning: true)
    }

    func finish() {
        wake { state in
            state.isOver = true
            return state.waiter.take()
        }?.resume(returning: false)
    }

    private func wake(
        _ change: (inout State) -> CheckedContinuation<Bool, any Error>?
    ) -> CheckedContinuation<Bool, any Error>? {
        state.withLock { change(&$0) }
    }
}
