import FleetModel

/// What `ssh -v` says on stderr while it connects, read line by line: how far it came, and why it failed.
///
/// ssh has no other interface for this. A node can put lines of its own there (its banner), so the log decides only
/// how a failure is *named* and when the control socket is tried; trust and secrets never depend on it.
struct SSHLog {
    enum Stage: Int, Comparable {
        case connecting
        /// The far side accepted the TCP connection.
        case connected
        /// Its SSH banner came.
        case speaking
        /// The host key was accepted.
        case loggingIn
        case ready

        static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    private(set) var stage = Stage.connecting
    /// The last lines that are not debugging output.
    private(set) var complaints: [String] = []
    private(set) var methods: String?
    private(set) var unreadableKeys: [String] = []
    private var partial: [UInt8] = []

    mutating func read(_ bytes: [UInt8]) {
        partial += bytes
        while let end = partial.firstIndex(of: 0x0A) {
            take(String(decoding: partial[..<end], as: UTF8.self))
            partial.removeSubrange(...end)
        }
        if partial.count > 16_384 { partial.removeAll() }
    }

    mutating func take(_ raw: String) {
        let line = raw.last == "\r" ? String(raw.dropLast()) : raw
        guard line.hasPrefix("debug1: ") else { return complain(line) }
        let text = line.dropFirst(8)
        if let rest = text.rest(after: "Authentications that can continue: ") { methods = rest }
        for (prefix, reached) in Self.marks where text.hasPrefix(prefix) { stage = max(stage, reached) }
    }

    private static let marks: [(String, Stage)] = [
        ("Connection established", .connected), ("Executing proxy command", .connecting),
        ("Remote protocol version", .speaking), ("SSH2_MSG_NEWKEYS sent", .loggingIn),
        ("Entering interactive session", .ready),
    ]

    private mutating func complain(_ line: String) {
        let noise = ["OpenSSH_", "Authenticated to", "Transferred:", "Bytes per second:"]
        guard !line.isEmpty, !noise.contains(where: line.hasPrefix) else { return }
        if line.contains("incorrect passphrase") || line.contains("bad permissions") { unreadableKeys.append(line) }
        complaints.append(String(line.prefix(400)))
        if complaints.count > 8 { complaints.removeFirst() }
    }

    /// Why it ended, from the stage reached and the last words. `isBehindJump`: the stream came through a jump host.
    func failure(isBehindJump: Bool) -> (kind: RemoteError.Code, reason: String) {
        let reason = complaints.last?.cleaned ?? "ssh ended without a word"
        for (part, kind) in Self.reasons where complaints.contains(where: { $0.contains(part) }) {
            return (kind, complaints.last { $0.contains(part) }?.cleaned ?? reason)
        }
        switch stage {
        case .connecting: return (isBehindJump ? .closedEarly : .unreachable, reason)
        case .connected, .speaking: return (.closedEarly, reason)
        case .loggingIn: return (.closedEarly, reason)
        case .ready: return (.connectionLost, reason)
        }
    }

    private static let reasons: [(String, RemoteError.Code)] = [
        ("Could not resolve hostname", .unresolved),
        ("Permission denied (", .authDenied), ("Too many authentication failures", .authDenied),
        ("No supported authentication methods", .authDenied),
        ("open failed: connect failed: Connection refused", .connectRefused),
        ("open failed: connect failed: Connection timed out", .connectTimeout),
        ("open failed: connect failed", .unreachable), ("open failed: administratively prohibited", .jumpFailed),
        ("Connection refused", .connectRefused), ("Connection timed out", .connectTimeout),
        ("No route to host", .unreachable), ("Network is unreachable", .unreachable),
        ("Unable to negotiate", .protocolError), ("Bad packet length", .protocolError),
        ("Protocol major versions differ", .protocolError), ("banner line contains invalid", .protocolError),
        ("banner line too long", .protocolError), ("No banner received", .protocolError),
        ("kex_exchange_identification", .closedEarly), ("Exceeded MaxStartups", .closedEarly),
        ("Not allowed at this time", .closedEarly), ("Connection closed by", .closedEarly),
        ("Connection reset by", .closedEarly),
    ]
}

extension StringProtocol {
    fileprivate func rest(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}

extension String {
    /// What a node may have put in is made harmless before it is shown.
    fileprivate var cleaned: String {
        String(String.UnicodeScalarView(unicodeScalars.filter { !$0.rewritesItsLine }))
    }
}
