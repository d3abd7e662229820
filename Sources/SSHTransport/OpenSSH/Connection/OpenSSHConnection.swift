import FleetModel
import Glibc
import Operations
import Synchronization

/// A logged-in `ssh` master: commands go through its control socket.
final class OpenSSHConnection: Sendable {
    let control: String
    /// The host key that was examined when it was made.
    let hostKey: HostKey?
    private let process: SSHProcess
    private let folder: String
    private let readiness: Readiness
    private let reader: Task<Void, Never>
    private let channels: ChannelPlaces
    private let parked = Mutex<[MuxChannel]>([])
    private let refusesSpares = Mutex(false)

    init(
        _ process: SSHProcess, log: SSHLog, control: String, folder: String, hostKey: HostKey?, channels: Int,
        readiness: Readiness
    ) {
        self.process = process
        self.control = control
        self.folder = folder
        self.hostKey = hostKey
        self.readiness = readiness
        self.channels = ChannelPlaces(channels)
        // Somebody has to read what ssh says, or it stops when the pipe is full.
        reader = Task { [process, readiness] in
            while await SSHMessages.read(process.messages, readiness) != nil {}
        }
    }

    deinit { end() }

    /// True while no command has a channel.
    var isUnused: Bool { channels.isUnused }

    /// Ends ssh, and with it every command's channel.
    func end() {
        process.end()
        reader.cancel()
        unlink(control)
        rmdir(folder)
    }

    /// A session channel with a place among the channels of the connection.
    ///
    /// - Throws: `MuxSocket.Gone` (nothing was sent that could begin work), `ChannelRefused`, `CancellationError`.
    func openChannel() async throws -> MuxChannel {
        while true {
            let place = try await channels.take()
            let socket = try await MuxSocket.connect(to: control, readiness: readiness)
            let channel = MuxChannel(socket, place: place)
            do {
                try await open(channel)
                return channel
            } catch let refusal as MuxChannel.Refused {
                // The server has fewer sessions than we thought: fewer from now on, and this one waits in line.
                guard channels.lower() else { throw refusal }
                channel.letGoOfPlace()
            }
        }
    }

    /// A channel beyond the bound, for ending what another channel began. - Throws: as `openChannel`.
    func openSpareChannel(keepsConnection: Bool = false) async throws -> MuxChannel {
        if refusesSpares.withLock({ $0 }) { throw MuxChannel.Refused(reason: "no more sessions") }
        let socket = try await MuxSocket.connect(to: control, readiness: readiness)
        let channel = MuxChannel(socket, place: nil, connection: keepsConnection ? self : nil)
        do {
            try await open(channel)
        } catch let refusal as MuxChannel.Refused {
            refusesSpares.withLock { $0 = true }
            throw refusal
        }
        return channel
    }

    private func open(_ channel: MuxChannel) async throws {
        do {
            try await channel.open()
        } catch let refusal as MuxChannel.Refused {
            park(channel)
            throw refusal
        } catch is CancellationError {
            channel.abandon { [weak self] in self?.park($0) }
            throw CancellationError()
        }
    }

    /// Keeps a channel's socket open as long as ssh runs.
    private func park(_ channel: MuxChannel) { parked.withLock { $0.append(channel) } }
}

/// What ssh says on stderr.
enum SSHMessages {
    /// The next bytes; nil at the end, or when the task is cancelled.
    static func read(_ descriptor: Int32, _ readiness: Readiness) async -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 { return Array(buffer[..<count]) }
            guard count < 0, errno == EAGAIN || errno == EINTR else { return nil }
            do { try await readiness.readable(descriptor) } catch { return nil }
        }
    }
}

/// At most so many channels at a time on one connection; the others wait in line.
final class ChannelPlaces: Sendable {
    /// Given back when it is let go of.
    final class Place: Sendable {
        private let owner: ChannelPlaces
        fileprivate init(_ owner: ChannelPlaces) { self.owner = owner }
        deinit { owner.giveBack() }
    }

    private struct State {
        var limit: Int
        var used = 0

        var next: UInt64 = 0
        var waiting: [(id: UInt64, resume: CheckedContinuation<Void, any Error>)] = []
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    init(_ limit: Int) { state = Mutex(State(limit: max(1, limit))) }

    /// - Throws: `CancellationError`.
    func take() async throws -> Place {
        let id = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
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

    /// The server refused a channel: the bound is what was in use without it.
    ///
    /// - Returns: false when there is no other channel whose end could be waited for.
    func lower() -> Bool {
        state.withLock { state in
            let others = state.used - 1
            guard others >= 1 else { return false }
            state.limit = min(state.limit, others)
            return true
        }
    }

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

    private func giveBack() {
        let admitted = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
            state.used -= 1
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
