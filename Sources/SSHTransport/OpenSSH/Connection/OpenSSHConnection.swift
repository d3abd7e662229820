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
    private let served = Atomic(false)
    private let parked = Mutex<[MuxChannel]>([])
    private let forwards: ForwardLog

    init(
        _ process: SSHProcess,
        log: SSHLog,
        control: String,
        folder: String,
        hostKey: HostKey?,
        channels: Int,
        readiness: Readiness
    ) {
        self.process = process
        self.control = control
        self.folder = folder
        self.hostKey = hostKey
        self.readiness = readiness
        self.channels = ChannelPlaces(channels)
        // Somebody has to read what ssh says, or it stops when the pipe is full.
        let forwards = ForwardLog()
        self.forwards = forwards
        reader = Task { [process, readiness] in
            while let bytes = await SSHMessages.read(process.messages, readiness) { forwards.read(bytes) }
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
    /// - Throws: `MuxSocket.Gone` (nothing was sent that could begin work), `MuxChannel.Refused`,
    ///   `ChannelPlaces.Retired`, `CancellationError`.
    func openChannel() async throws -> MuxChannel {
        let place = try await channels.take()
        // sshd counts a session that has just been closed until its next turn; with only one, that is a refusal.
        if channels.isSingle, served.exchange(true, ordering: .relaxed) { try await Task.sleep(for: .milliseconds(20)) }
        let socket = try await MuxSocket.connect(to: control, readiness: readiness)
        let channel = MuxChannel(socket, place: place, connection: self)
        do {
            try await open(channel)
        } catch let refusal as MuxChannel.Refused {
            channel.letGoOfPlace()
            throw refusal
        }
        place.wasGranted()
        return channel
    }

    /// Takes no more commands; what runs on it goes on.
    ///
    /// - Returns: how many sessions the server has granted it.
    func retire() -> Int { channels.retire() }

    /// The last failure of a forward to a node behind this one, with a number that grows with each.
    var forwardFailure: (number: Int, text: String) { forwards.last }

    /// A channel beyond the bound, for ending what another channel began. - Throws: as `openChannel`.
    func openSpareChannel() async throws -> MuxChannel {
        let socket = try await MuxSocket.connect(to: control, readiness: readiness)
        let channel = MuxChannel(socket, place: nil, connection: self)
        try await open(channel)
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

/// Watches a jump host's connection for forwards that failed: the inner ssh does not learn why.
final class ForwardLog: Sendable {
    private let state = Mutex((partial: [UInt8](), number: 0, text: ""))

    var last: (number: Int, text: String) { state.withLock { ($0.number, $0.text) } }

    func read(_ bytes: [UInt8]) {
        state.withLock { state in
            state.partial += bytes
            while let end = state.partial.firstIndex(of: 0x0A) {
                let line = String(decoding: state.partial[..<end], as: UTF8.self)
                state.partial.removeSubrange(...end)
                guard line.hasPrefix("channel "), line.contains(": open failed: ") else { continue }
                state.number += 1
                state.text = line
            }
            if state.partial.count > 16_384 { state.partial = [] }
        }
    }
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
