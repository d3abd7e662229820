import CLibSSH
import FleetModel

/// One channel of a connection. Data, exit status and exit signal come by callback, so that nothing is lost when the
/// connection drops; the callback structure lives until the far side has closed, as libssh may call it until then.
@SSHLoop
final class Channel {
    enum Step {
        case done
        case again
        case refused(String)
        case dead
    }

    let raw: ssh_channel
    let connection: Connection
    private let callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>

    /// Takes bytes as they arrive and returns how many it took; must not call libssh. The rest is kept back.
    var onData: (@SSHLoop (UnsafeRawBufferPointer, OutputChunk.Stream) -> Int)?
    /// Called after anything may have changed: readiness, end of file, exit, close, loss of the connection.
    var onChange: (@SSHLoop () -> Void)?

    private(set) var exitStatus: Int32?
    private(set) var exitSignal: String?
    var hasExited: Bool { exitStatus != nil || exitSignal != nil }
    private(set) var isEOF = false
    private(set) var isClosed = false
    /// Nobody holds it any more; the connection closes it and waits for the far side.
    private(set) var isAbandoned = false
    var isOpen = false
    /// The command may have reached the far side.
    private(set) var hasSentRequest = false
    private var outgoing: [UInt8] = []
    private var outgoingStart = 0
    private var wantsEOF = false
    private var hasSentEOF = false
    /// Bytes that libssh has taken.
    private var sent = 0
    private static let fewBytes = 16 << 10
    /// In the connection's list of channels to look at.
    var isTouched = false

    init?(_ connection: Connection, _ session: Session) {
        guard let raw = ssh_channel_new(session.raw) else { return nil }
        self.raw = raw
        self.connection = connection
        callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: ssh_channel_callbacks_struct())
        setCallbacks()
    }

    // MARK: Requests; called again while they say `.again`

    func open() -> Step {
        guard connection.isAlive else { return .dead }
        let step = self.step(ssh_channel_open_session(raw))
        if case .done = step { isOpen = true }
        return step
    }

    func openForward(to host: String, port: UInt16) -> Step {
        guard connection.isAlive else { return .dead }
        let step = self.step(ssh_channel_open_forward(raw, host, Int32(port), "127.0.0.1", 0))
        if case .done = step { isOpen = true }
        return step
    }

    func requestExec(_ line: String) -> Step {
        // It may have come to its end together with its connection; then it was accepted.
        guard connection.isAlive else { return hasExited ? .done : .dead }
        hasSentRequest = true
        let step = self.step(ssh_channel_request_exec(raw, line))
        // A quick command's answer, output and close come together: closed is dead only where the answer is missing.
        if case .again = step, isClosed { return hasExited ? .done : .dead }
        return step
    }

    /// Asks the server to signal the process group of the command; servers may ignore it, and none answers.
    func signal(_ name: String) {
        guard isOpen, !isClosed, connection.isAlive else { return }
        ssh_channel_request_send_signal(raw, name)
        connection.settle()
    }

    private func step(_ code: Int32) -> Step {
        defer { connection.updateInterest() }
        connection.isAwaiting(self, code == SSH_AGAIN)
        switch code {
        case SSH_OK: return .done
        case SSH_AGAIN: return connection.isAlive ? .again : .dead
        default:
            guard connection.checkAlive(), let session = connection.session,
                session.errorCode == SSH_REQUEST_DENIED.rawValue
            else {
                connection.loseIfDead()
                return .dead
            }
            return .refused(session.errorText)
        }
    }

    // MARK: Sending

    /// Bytes accepted but not yet taken by libssh.
    var pending: Int { outgoing.count - outgoingStart }
    var canSend: Bool { isOpen && !isClosed && !wantsEOF && connection.isAlive }

    func send(_ bytes: [UInt8]) {
        guard canSend else { return }
        if outgoing.isEmpty { outgoing = bytes } else { outgoing += bytes }
        flush()
        connection.settle()
    }

    func sendEOF() {
        guard canSend else { return }
        wantsEOF = true
        flush()
        connection.settle()
    }

    /// Gives libssh what the far side's window and our own socket take now.
    func flush() {
        guard isOpen, !isClosed, !isAbandoned, let session = connection.session else { return }
        // Nothing tells of a window that opens again, so who waits for one looks after everything that came.
        defer { if pending > 0 { connection.hasUnsent(self) } }
        // libssh's buffers grow to the largest packet and never shrink: a channel of few bytes, such as a probe's, makes
        // small packets of them.
        let piece = sent + pending <= Self.fewBytes ? 1 << 10 : 128 << 10
        while pending > 0, !session.hasBacklog {
            let taken = outgoing.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[outgoingStart...].prefix(piece))
                return ssh_channel_write(raw, rest.baseAddress, UInt32(rest.count))
            }
            guard taken > 0 else { break }
            outgoingStart += Int(taken)
            sent += Int(taken)
        }
        if pending == 0 {
            outgoing.removeAll(keepingCapacity: outgoing.capacity <= 64 << 10)
            outgoingStart = 0
            if wantsEOF, !hasSentEOF {
                hasSentEOF = true
                ssh_channel_send_eof(raw)
            }
        }
    }

    // MARK: Ending

    /// Closes our side; the connection frees the channel when the far side has closed too.
    func abandon() {
        guard !isAbandoned else { return }
        isAbandoned = true
        onData = nil
        onChange = nil
        outgoing = []
        outgoingStart = 0
        closeIfOpen()
        connection.touch(self)
        connection.settle()
    }

    func closeIfOpen() {
        guard isOpen, !isClosed, connection.isAlive else { return }
        ssh_channel_close(raw)
    }

    func markClosed() { isClosed = true }

    /// - Parameter freeing: false when the session, and with it the channel, is gone already.
    func dispose(freeing: Bool) {
        if freeing { ssh_channel_free(raw) }
        isClosed = true
        callbacks.deallocate()
    }

    // MARK: Callbacks

    /// Asks again for at most `room` bytes that `onData` did not take; this also opens the window.
    func drainKeptBack(room: Int) {
        guard isOpen, let onData, connection.isAlive else { return }
        var left = room
        var buffer = [UInt8](repeating: 0, count: min(room, 32 << 10))
        for (number, stream) in [(Int32(0), OutputChunk.Stream.stdout), (1, .stderr)] {
            while left > 0, connection.isAlive {
                let count = ssh_channel_read_nonblocking(raw, &buffer, UInt32(min(left, buffer.count)), number)
                guard count > 0 else { break }
                left -= Int(count)
                _ = buffer.withUnsafeBytes { onData(UnsafeRawBufferPointer(rebasing: $0.prefix(Int(count))), stream) }
            }
        }
        connection.settle()
    }

    private func setCallbacks() {
        let me = Unmanaged.passUnretained(self).toOpaque()
        callbacks.pointee.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        callbacks.pointee.userdata = me
        callbacks.pointee.channel_data_function = { _, _, data, length, isStderr, user in
            // SAFETY: libssh calls back on the loop thread, and the bytes are used before this call returns.
            nonisolated(unsafe) let bytes = UnsafeRawBufferPointer(start: data, count: Int(length))
            return SSHLoop.assume {
                Channel.from(user)?.take(bytes, isStderr: isStderr != 0) ?? Int32(bitPattern: length)
            }
        }
        callbacks.pointee.channel_eof_function = { _, _, user in
            SSHLoop.assume { Channel.from(user)?.note { $0.isEOF = true } }
        }
        callbacks.pointee.channel_close_function = { _, _, user in
            SSHLoop.assume { Channel.from(user)?.note { $0.isClosed = true } }
        }
        callbacks.pointee.channel_exit_status_function = { _, _, status, user in
            SSHLoop.assume { Channel.from(user)?.note { $0.exitStatus = status } }
        }
        callbacks.pointee.channel_exit_signal_function = { _, _, signal, _, _, _, user in
            let name = signal.map { Printable.line(String(cString: $0), limit: 20) } ?? "UNKNOWN"
            SSHLoop.assume { Channel.from(user)?.note { $0.exitSignal = name } }
        }
        callbacks.pointee.channel_write_wontblock_function = { _, _, _, user in
            SSHLoop.assume { Channel.from(user)?.note { _ in } }
            return 0
        }
        ssh_set_channel_callbacks(raw, callbacks)
    }

    private func note(_ change: (Channel) -> Void) {
        change(self)
        connection.touch(self)
    }

    private func take(_ bytes: UnsafeRawBufferPointer, isStderr: Bool) -> Int32 {
        // Nobody takes bytes yet: they are kept back until somebody drains them.
        guard let onData else { return isAbandoned ? Int32(clamping: bytes.count) : 0 }
        return Int32(clamping: onData(bytes, isStderr ? .stderr : .stdout))
    }

    private nonisolated static func from(_ user: UnsafeMutableRawPointer?) -> Channel? {
        user.map { Unmanaged<Channel>.fromOpaque($0).takeUnretainedValue() }
    }
}
