import CLibSSH
import FleetModel
import Glibc
import Operations

/// One `ssh_session`, non-blocking, on a socket of ours. Frees it, and with it the socket and all channels.
@SSHLoop
final class Session {
    let raw: ssh_session
    let descriptor: Int32
    private var watch: Watch?
    private var onReady: (@SSHLoop () -> Void)?
    private var lentDescriptor: Int32 = -1
    /// A channel that is never opened: polling it makes libssh read the socket, which no other public call does.
    private var pump: ssh_channel?
    private let received: UnsafeMutablePointer<ssh_counter_struct>

    /// - `descriptor`: a connected, non-blocking socket; the session owns it from here on.
    init?(descriptor: Int32, user: UserName, hostKeyAlgorithm: String?) {
        guard let raw = ssh_new() else {
            close(descriptor)
            return nil
        }
        self.raw = raw
        self.descriptor = descriptor
        received = .allocate(capacity: 1)
        received.initialize(to: ssh_counter_struct())
        ssh_set_blocking(raw, 0)
        ssh_set_counters(raw, received, nil)
        setOptions(user: user, hostKeyAlgorithm: hostKeyAlgorithm)
    }

    private func setOptions(user: UserName, hostKeyAlgorithm: String?) {
        var no: Int32 = 0
        var socket = descriptor
        ssh_options_set(raw, SSH_OPTIONS_PROCESS_CONFIG, &no)
        ssh_options_set(raw, SSH_OPTIONS_FD, &socket)
        // The real host is ours to know: here it would only be looked up in files that we do not read.
        ssh_options_set(raw, SSH_OPTIONS_HOST, "node")
        ssh_options_set(raw, SSH_OPTIONS_USER, user.text)
        ssh_options_set(raw, SSH_OPTIONS_SSH_DIR, "/nonexistent")
        ssh_options_set(raw, SSH_OPTIONS_KNOWNHOSTS, "/dev/null")
        ssh_options_set(raw, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null")
        preferKeyExchange(seeing: [])
        ssh_options_set(raw, SSH_OPTIONS_HOSTKEYS, Self.hostKeyAlgorithms(pinned: hostKeyAlgorithm))
    }

    /// Every method here is sound; the order says which one is cheap for the far side.
    ///
    /// OpenSSH's own X25519 is plain C, its P-256 is OpenSSL's assembly: of the 21 ms of CPU that one log-in with a command
    /// cost an OpenSSH 9.2 server, P-256 saved 2. Others (dropbear) are quicker with X25519. The order counts only where
    /// the server offers both.
    nonisolated static func keyExchanges(banner: [UInt8]) -> String {
        let curve = "curve25519-sha256,curve25519-sha256@libssh.org"
        let prime = "ecdh-sha2-nistp256"
        let isOpenSSH = banner.starts(with: Array("SSH-2.0-OpenSSH_".utf8))
        return (isOpenSSH ? "\(prime),\(curve)" : "\(curve),\(prime)")
            + ",ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
            + "diffie-hellman-group14-sha256"
    }

    /// Chooses by the server's first bytes, as long as libssh has not read them; without them the usual order holds.
    func preferKeyExchange(seeing banner: [UInt8]) {
        ssh_options_set(raw, SSH_OPTIONS_KEY_EXCHANGE, Self.keyExchanges(banner: banner))
    }

    /// The pinned key's algorithm first; the others stay, so that a key of another kind is seen and named as a change.
    nonisolated static func hostKeyAlgorithms(pinned: String?) -> String {
        let all = [
            "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
            "rsa-sha2-256",
        ]
        let first = pinned == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : all.filter { $0 == pinned }
        return (first + all.filter { !first.contains($0) }).joined(separator: ",")
    }

    /// Watches the socket from now on.
    func attach(_ onReady: @escaping @SSHLoop () -> Void) {
        watch?.end()
        self.onReady = onReady
        watch = Watch(descriptor, events: Watch.input) { _ in onReady() }
    }

    /// Follows what libssh wants: always to read, to write only while bytes are left over.
    func updateInterest() {
        let backlog = hasBacklog
        watch?.want(backlog ? Watch.input | Watch.output : Watch.input)
    }

    /// Nothing is watched while nobody would read, such as during a question to somebody else.
    func pause() {
        watch?.end()
        watch = nil
    }

    func resume() {
        // A dead session has closed its socket, whose number may be somebody else's by now.
        guard watch == nil, let onReady, isAlive else { return }
        attach(onReady)
        updateInterest()
    }

    /// True while bytes wait for the socket.
    var hasBacklog: Bool { ssh_get_status(raw) & SSH_WRITE_PENDING != 0 }

    /// Reads and handles what has come, a bounded share of it: the rest raises the next event.
    ///
    /// - Returns: false when the session is dead.
    func process() -> Bool {
        for _ in 0..<16 {
            let before = received.pointee.in_bytes
            if pump == nil { pump = ssh_channel_new(raw) }
            if ssh_channel_poll(pump, 0) == SSH_ERROR { return false }
            // libssh reads at most 4 KiB at a time: less than that means that the socket is empty.
            if received.pointee.in_bytes &- before < 4096 { break }
        }
        return isAlive
    }

    var isAlive: Bool { ssh_get_status(raw) & (SSH_CLOSED | SSH_CLOSED_ERROR) == 0 }

    /// libssh's own words about the last failure, bounded, without what a terminal would obey.
    var errorText: String { Printable.line(String(cString: ssh_get_error(UnsafeMutableRawPointer(raw)))) }

    var errorCode: Int32 { ssh_get_error_code(UnsafeMutableRawPointer(raw)) }

    var serverBanner: String? { ssh_get_serverbanner(raw).map { Printable.line(String(cString: $0)) } }

    /// The first bytes that wait in the socket, left there; nil when nothing has come, empty at end of file.
    func peek() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 255)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    /// Hands the session to a thread for one blocking call, which `cut` can end.
    func lent<T>(to body: (ssh_session) async -> T) async -> T {
        pause()
        lentDescriptor = dup(descriptor)
        let value = await body(raw)
        close(lentDescriptor)
        lentDescriptor = -1
        resume()
        return value
    }

    /// Ends the connection under a thread that has the session; a descriptor of our own, as libssh may close its one.
    func cut() {
        if lentDescriptor >= 0 { shutdown(lentDescriptor, Int32(SHUT_RDWR)) }
    }

    /// Channels go with the session, also the pump: `ssh_disconnect` may have freed them already.
    func free() {
        watch?.end()
        watch = nil
        ssh_free(raw)
        received.deallocate()
    }
}

/// Text from a node, made fit for an error message.
enum Printable {
    static func line(_ text: String, limit: Int = 300) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            shown.unicodeScalars.append(scalar.rewritesItsLine ? " " : scalar)
        }
        let words = shown.split(separator: " ")
        return words.joined(separator: " ")
    }
}
