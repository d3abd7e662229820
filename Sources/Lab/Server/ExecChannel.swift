import CLibSSH
import Glibc

/// One session channel: a command's streams on one side, SSH's window on the other.
///
/// Nothing is read from the command while the client has no room for it, and the client gets no more room while the
/// command does not read: both directions are bounded.
final class ExecChannel: ServedChannel {
    private static let inputLimit = 256 * 1024

    let channel: ssh_channel
    unowned let connection: SSHConnection
    private var callbacks: UnsafeMutablePointer<ssh_channel_callbacks_struct>
    private var child: ChildProcess?
    private var exitDescriptor: Int32 = -1
    /// What the client asked for and has not been started yet; the empty command is a shell.
    private var request: String?
    private var hasRequest = false
    private var input: [UInt8] = []
    private var inputEnded = false
    private var inputFinished = false
    private var output: (bytes: [UInt8], isError: Bool)?
    private var hasEnded = false
    private(set) var isClosed = false

    init(_ channel: ssh_channel, on connection: SSHConnection) {
        self.channel = channel
        self.connection = connection
        self.callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: ssh_channel_callbacks_struct())
        installCallbacks()
    }

    deinit {
        callbacks.deinitialize(count: 1)
        callbacks.deallocate()
    }

    private var loop: ServerLoop { connection.node.loop }

    // MARK: What the client says (inside libssh's callbacks: only noted here, done in `advance`)

    fileprivate func asked(for command: String) -> Bool {
        guard !hasRequest else { return false }
        hasRequest = true
        request = command
        return true
    }

    fileprivate func received(_ data: UnsafeRawBufferPointer) -> Int {
        guard !inputFinished else { return data.count }
        guard input.count < Self.inputLimit else { return 0 }
        input.append(contentsOf: data)
        return data.count
    }

    fileprivate func receivedEnd() { inputEnded = true }

    fileprivate func receivedClose() { isClosed = true }

    fileprivate func receivedSignal(_ name: String) {
        if let number = Signals.number(name) { child?.kill(number) }
    }

    // MARK: What follows

    func advance() {
        if let command = request {
            request = nil
            begin(command)
        }
        guard !isClosed else { return abandon() }
        flushOutput()
        feedInput()
        if let child, child.streams < 0, child.errors < 0, output == nil { finish(child) }
        updateInterest()
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        guard let child else { return }
        if descriptor == exitDescriptor {
            finish(child)
        } else if readiness.contains(.read) || !readiness.isDisjoint(with: .hangUp) {
            readOutput(descriptor, of: child)
        }
        connection.pump()
    }

    /// Lets go of the command: its streams close, the process itself lives on as it would on a real node.
    func abandon() {
        guard let child else { return }
        self.child = nil
        closeStreams(of: child)
        if exitDescriptor >= 0 {
            loop.poller.forget(exitDescriptor)
            close(exitDescriptor)
            exitDescriptor = -1
        }
        if child.ending() == nil { connection.node.adopt(child) }
    }

    private func begin(_ command: String) {
        let faults = connection.node.faults
        guard !faults.contains(.hangExec) else { return }
        guard faults.startDelay > .zero else { return start(command) }
        loop.after(faults.startDelay) { [weak self] in
            guard let self, !self.isClosed, self.connection.isOpen else { return }
            self.start(command)
            self.connection.pump()
        }
    }

    private func start(_ command: String) {
        do {
            child = try connection.node.start(command, forced: connection.forcedCommand, peer: connection.peer)
        } catch {
            output = (Array("lab: \(error.problem)\n".utf8), true)
            flushOutput()
            end(.status(255))
        }
    }

    private func flushOutput() {
        guard let pending = output else { return }
        let written = pending.bytes.withUnsafeBytes { bytes in
            let write = pending.isError ? ssh_channel_write_stderr : ssh_channel_write
            return Int(write(channel, bytes.baseAddress, UInt32(bytes.count)))
        }
        guard written >= 0 else { return connection.close() }
        output = written == pending.bytes.count ? nil : (Array(pending.bytes.dropFirst(written)), pending.isError)
    }

    private func readOutput(_ descriptor: Int32, of child: ChildProcess) {
        guard output == nil else { return }
        let room = min(loop.scratch.count, Int(ssh_channel_window_size(channel)))
        guard room > 0 else { return }
        let count = loop.scratch.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, room) }
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
        let isError = descriptor == child.errors
        guard count > 0 else { return closeStream(of: child, isError: isError) }
        if connection.node.faults.contains(.drop) {
            output = (Array(loop.scratch[..<max(1, count / 2)]), isError)
            flushOutput()
            return connection.cutAfterFlush()
        }
        output = (Array(loop.scratch[..<count]), isError)
        flushOutput()
    }

    private func feedInput() {
        guard let child, child.streams >= 0 else { return }
        if !input.isEmpty { connection.node.refresh() }
        while !input.isEmpty {
            // A command that reads no more must not end us by SIGPIPE.
            let count = input.withUnsafeBytes { send(child.streams, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else {
                if errno == EAGAIN || errno == EINTR { return }
                input = []
                inputFinished = true
                break
            }
            input.removeFirst(count)
            if input.isEmpty { drainLeftover() }
        }
        if inputEnded && !inputFinished {
            inputFinished = true
            child.finishInput()
        }
    }

    /// Takes what libssh kept back while our own buffer was full; taking it gives the client room again.
    private func drainLeftover() {
        let count = loop.scratch.withUnsafeMutableBytes {
            ssh_channel_read_nonblocking(channel, $0.baseAddress, UInt32($0.count), 0)
        }
        if count > 0 { input.append(contentsOf: loop.scratch[..<Int(count)]) }
    }

    private func updateInterest() {
        guard let child else { return }
        let hasRoom = output == nil && ssh_channel_window_size(channel) > 0
        if child.streams >= 0 {
            var interest: Readiness = hasRoom ? .read : []
            if !input.isEmpty { interest.insert(.write) }
            loop.poller.watch(child.streams, for: interest, self)
        }
        if child.errors >= 0 { loop.poller.watch(child.errors, for: hasRoom ? .read : [], self) }
    }

    private func closeStream(of child: ChildProcess, isError: Bool) {
        loop.poller.forget(isError ? child.errors : child.streams)
        isError ? child.closeErrors() : child.closeStreams()
    }

    private func closeStreams(of child: ChildProcess) {
        if child.streams >= 0 { closeStream(of: child, isError: false) }
        if child.errors >= 0 { closeStream(of: child, isError: true) }
    }

    /// Both streams have ended: tells how the process did, or waits until it has.
    private func finish(_ child: ChildProcess) {
        guard !hasEnded else { return }
        guard let ending = child.ending() else {
            guard exitDescriptor < 0 else { return }
            exitDescriptor = child.exitDescriptor()
            if exitDescriptor >= 0 { loop.poller.watch(exitDescriptor, for: .read, self) }
            return
        }
        if exitDescriptor >= 0 {
            loop.poller.forget(exitDescriptor)
            close(exitDescriptor)
            exitDescriptor = -1
        }
        self.child = nil
        end(ending)
    }

    private func end(_ ending: ChildProcess.Ending) {
        hasEnded = true
        switch ending {
        case .status(let status): ssh_channel_request_send_exit_status(channel, status)
        case .signal(let name, let dumpedCore):
            ssh_channel_request_send_exit_signal(channel, name, dumpedCore ? 1 : 0, "", "")
        }
        ssh_channel_send_eof(channel)
        ssh_channel_close(channel)
    }
}

// MARK: libssh's callbacks

extension ExecChannel {
    private static func of(_ pointer: UnsafeMutableRawPointer?) -> ExecChannel? {
        pointer.map { Unmanaged<ExecChannel>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The structure must live as long as the channel: `SSHConnection` keeps both until the channel is freed.
    private func installCallbacks() {
        callbacks.pointee.size = MemoryLayout<ssh_channel_callbacks_struct>.size
        callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        callbacks.pointee.channel_exec_request_function = { _, _, command, me in
            guard let command, ExecChannel.of(me)?.asked(for: String(cString: command)) == true else { return 1 }
            return 0
        }
        callbacks.pointee.channel_shell_request_function = { _, _, me in
            ExecChannel.of(me)?.asked(for: "") == true ? 0 : 1
        }
        callbacks.pointee.channel_data_function = { _, _, data, count, _, me in
            let bytes = UnsafeRawBufferPointer(start: data, count: Int(count))
            return Int32(ExecChannel.of(me)?.received(bytes) ?? bytes.count)
        }
        callbacks.pointee.channel_eof_function = { _, _, me in ExecChannel.of(me)?.receivedEnd() }
        callbacks.pointee.channel_close_function = { _, _, me in ExecChannel.of(me)?.receivedClose() }
        callbacks.pointee.channel_signal_function = { _, _, name, me in
            if let name { ExecChannel.of(me)?.receivedSignal(String(cString: name)) }
        }
        ssh_set_channel_callbacks(channel, callbacks)
    }
}
