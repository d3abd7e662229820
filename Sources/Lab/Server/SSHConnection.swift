import CLibSSH
import FleetModel
import Glibc

/// One client's connection to a node: a non-blocking libssh session driven by readiness.
final class SSHConnection: Watcher {
    let node: NodeServer
    /// `client-address client-port server-address server-port`, as `SSH_CONNECTION` has it.
    let peer: String
    /// The `command="…"` of the key that logged in.
    private(set) var forcedCommand: String?
    private var allowsForwarding = false
    private let descriptor: Int32
    private let session: ssh_session
    // An event of its own for each session: two sessions in one event break each other.
    private let event: ssh_event
    private let callbacks: UnsafeMutablePointer<ssh_server_callbacks_struct>
    private var channels: [any ServedChannel] = []
    private var phase = Phase.keyExchange
    private var failedLogins = 0
    private var isPumping = false
    private var cutsWhenFlushed = false
    /// Under the fault `hang`: nothing is read or written any more.
    private var isFrozen = false

    private enum Phase {
        case keyExchange
        case login
        case open
        case doomed
        case gone
    }

    /// Takes over a connected socket; nil when libssh will not have it (the socket is closed then).
    init?(_ descriptor: Int32, to node: NodeServer, bind: ssh_bind) {
        guard let session = ssh_new(), let event = ssh_event_new() else {
            Glibc.close(descriptor)
            return nil
        }
        self.node = node
        self.descriptor = descriptor
        self.session = session
        self.event = event
        self.peer = Self.peer(of: descriptor, node)
        self.callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: ssh_server_callbacks_struct())
        ssh_set_blocking(session, 0)
        guard ssh_bind_accept_fd(bind, session, descriptor) == SSH_OK else {
            release()
            return nil
        }
        // libssh may have put it back: a send to a stalled peer would stop the whole loop.
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        installCallbacks()
        let methods =
            UInt32(SSH_AUTH_METHOD_PUBLICKEY)
            | (node.loop.settings.password == nil ? 0 : UInt32(SSH_AUTH_METHOD_PASSWORD))
        ssh_set_auth_methods(session, Int32(bitPattern: methods))
    }

    deinit {
        callbacks.deinitialize(count: 1)
        callbacks.deallocate()
    }

    var isOpen: Bool { phase == .open }

    func begin() {
        node.loop.after(LabSettings.loginGrace) { [weak self] in
            if let self, self.phase == .keyExchange || self.phase == .login { self.close() }
        }
        pump()
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) { pump() }

    /// Moves everything on as far as it goes without waiting.
    func pump() {
        guard !isPumping, !isFrozen, phase != .gone else { return }
        isPumping = true
        step()
        isPumping = false
        if phase == .doomed { release() } else { updateInterest() }
    }

    /// Cuts the connection without a word, as a machine that loses power does.
    func close() {
        guard phase != .gone else { return }
        phase = .doomed
        if !isPumping { release() }
    }

    /// Cuts the connection once libssh's buffer is on the wire.
    func cutAfterFlush() { cutsWhenFlushed = true }

    func setFrozen(_ frozen: Bool) {
        guard phase != .gone, frozen != isFrozen else { return }
        isFrozen = frozen
        if frozen { node.loop.poller.forget(descriptor) } else { pump() }
    }

    private func step() {
        if phase == .keyExchange { exchangeKeys() }
        guard phase == .login || phase == .open else { return }
        // Each round may make room for the next: packets read, answers queued, the queue flushed.
        for _ in 0..<8 {
            guard ssh_event_dopoll(event, 0) != SSH_ERROR, ssh_is_connected(session) == 1 else { return doom() }
            for channel in channels { channel.advance() }
            freeClosedChannels()
            let wantsToWrite = ssh_get_poll_flags(session) & SSH_WRITE_PENDING != 0
            if cutsWhenFlushed && !wantsToWrite { return doom() }
            guard phase == .login || phase == .open, wantsToWrite else { return }
        }
    }

    private func doom() { phase = .doomed }

    private func exchangeKeys() {
        switch ssh_handle_key_exchange(session) {
        case SSH_OK:
            phase = .login
            if ssh_event_add_session(event, session) != SSH_OK { doom() }
        case SSH_AGAIN: break
        default: doom()
        }
    }

    private func freeClosedChannels() {
        guard channels.contains(where: \.isClosed) else { return }
        for channel in channels where channel.isClosed {
            channel.abandon()
            ssh_channel_free(channel.channel)
        }
        channels.removeAll(where: \.isClosed)
    }

    private func updateInterest() {
        let flags = ssh_get_poll_flags(session)
        var interest: Readiness = .read
        if flags & SSH_WRITE_PENDING != 0 { interest.insert(.write) }
        node.loop.poller.watch(descriptor, for: interest, self)
    }

    private func release() {
        guard phase != .gone else { return }
        let wasServing = phase != .keyExchange
        phase = .gone
        for channel in channels { channel.abandon() }
        node.loop.poller.forget(descriptor)
        shutdown(descriptor, Int32(SHUT_RDWR))
        if wasServing { ssh_event_remove_session(event, session) }
        ssh_event_free(event)
        ssh_free(session)
        // After the session: libssh may still look at the channels' callbacks while it frees them.
        channels = []
        node.forget(self)
    }

    private static func peer(of descriptor: Int32, _ node: NodeServer) -> String {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutableBytes(of: &address) {
            getpeername(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size)
        }
        let bytes = withUnsafeBytes(of: address.sin_addr) { $0.map(String.init).joined(separator: ".") }
        return "\(bytes) \(UInt16(bigEndian: address.sin_port)) \(node.plan.host) \(node.plan.port)"
    }
}

// MARK: Log-in and channels, inside libssh's callbacks

extension SSHConnection {
    fileprivate func loggedIn(_ forcedCommand: String?, allowsForwarding: Bool = true) -> Int32 {
        self.forcedCommand = forcedCommand
        self.allowsForwarding = allowsForwarding
        phase = .open
        return Int32(SSH_AUTH_SUCCESS.rawValue)
    }

    private func denied() -> Int32 {
        failedLogins += 1
        if failedLogins >= LabSettings.maxAuthTries { doom() }
        return Int32(SSH_AUTH_DENIED.rawValue)
    }

    private func password(_ password: UnsafePointer<CChar>, of user: String) -> Int32 {
        guard let secret = node.loop.settings.password, user == node.plan.user.text else { return denied() }
        let given = UnsafeBufferPointer(start: password, count: strlen(password)).map { UInt8(bitPattern: $0) }
        return secret.withBytes { $0 == given } ? loggedIn(nil) : denied()
    }

    private func key(_ key: ssh_key, of user: String, isProven: Bool) -> Int32 {
        var text: UnsafeMutablePointer<CChar>?
        guard user == node.plan.user.text, ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text else {
            return denied()
        }
        defer { ssh_string_free_char(text) }
        // Read anew for each log-in, so that enrolment and rotation are real.
        guard let line = node.authorizedKeys().first(where: { $0.key == String(cString: text) }) else {
            return denied()
        }
        guard isProven else { return Int32(SSH_AUTH_SUCCESS.rawValue) }
        return loggedIn(line.command, allowsForwarding: line.allowsForwarding)
    }

    private func openChannel() -> ssh_channel? {
        guard phase == .open, channels.count(where: { $0 is ExecChannel }) < LabSettings.maxSessions,
            let channel = ssh_channel_new(session)
        else { return nil }
        channels.append(ExecChannel(channel, on: self))
        return channel
    }

    /// Opens a way to another node of the lab, and to nothing else.
    ///
    /// - Returns: False when it is refused, which libssh then says.
    private func openForward(_ message: ssh_message) -> Bool {
        guard phase == .open, allowsForwarding, channels.count < LabSettings.maxForwards,
            let host = ssh_message_channel_request_open_destination(message).map({ String(cString: $0) }),
            let port = UInt16(exactly: ssh_message_channel_request_open_destination_port(message)),
            node.loop.isOfTheLab(host, port: port),
            let channel = ssh_message_channel_request_open_reply_accept(message)
        else { return false }
        channels.append(ForwardChannel(channel, on: self, to: host, port: port))
        return true
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> SSHConnection? {
        pointer.map { Unmanaged<SSHConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    private func installCallbacks() {
        callbacks.pointee.size = MemoryLayout<ssh_server_callbacks_struct>.size
        callbacks.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
        callbacks.pointee.auth_none_function = { _, _, _ in Int32(SSH_AUTH_DENIED.rawValue) }
        callbacks.pointee.auth_password_function = { _, user, password, me in
            guard let me = SSHConnection.of(me), let user, let password else { return Int32(SSH_AUTH_DENIED.rawValue) }
            return me.password(password, of: String(cString: user))
        }
        callbacks.pointee.auth_pubkey_function = { _, user, key, state, me in
            guard let me = SSHConnection.of(me), let user, let key else { return Int32(SSH_AUTH_DENIED.rawValue) }
            switch Int32(state) {
            case SSH_PUBLICKEY_STATE_NONE.rawValue: return me.key(key, of: String(cString: user), isProven: false)
            case SSH_PUBLICKEY_STATE_VALID.rawValue: return me.key(key, of: String(cString: user), isProven: true)
            default: return me.denied()
            }
        }
        callbacks.pointee.channel_open_request_session_function = { _, me in SSHConnection.of(me)?.openChannel() }
        ssh_set_server_callbacks(session, callbacks)
        installMessageCallback()
    }

    /// What the server callbacks leave alone comes here; 1 has libssh refuse it.
    private func installMessageCallback() {
        ssh_set_message_callback(
            session,
            { _, message, me in
                guard let message, ssh_message_type(message) == Int32(SSH_REQUEST_CHANNEL_OPEN.rawValue),
                    ssh_message_subtype(message) == Int32(SSH_CHANNEL_DIRECT_TCPIP.rawValue)
                else { return 1 }
                return SSHConnection.of(me)?.openForward(message) == true ? 0 : 1
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }
}
