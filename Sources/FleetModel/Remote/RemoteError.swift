/// Why a node could not be reached or why work on it ended early.
package struct RemoteError: Explained, Hashable {
    /// The stable words; `rawValue` is what scripts see.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case unresolved = "ssh.unresolved"
        case connectRefused = "ssh.connect_refused"
        case connectTimeout = "ssh.connect_timeout"
        case unreachable = "ssh.unreachable"
        case bannerTimeout = "ssh.banner_timeout"
        case protocolError = "ssh.protocol_error"
        case closedEarly = "ssh.closed_early"
        case throttled = "ssh.throttled"
        case authDenied = "ssh.auth_denied"
        case authTimeout = "ssh.auth_timeout"
        case hostKeyChanged = "ssh.host_key_changed"
        case hostKeyUnknown = "ssh.host_key_unknown"
        case quarantined = "ssh.quarantined"
        case jumpFailed = "ssh.jump_failed"
        case channelRefused = "ssh.channel_refused"
        case connectionLost = "ssh.connection_lost"
        case timeout = "exec.timeout"
        case firstByteTimeout = "exec.first_byte_timeout"
        case idleTimeout = "exec.idle_timeout"
        case cancelled = "exec.cancelled"
        case sudoPasswordNeeded = "exec.sudo_password_needed"
        case refusedByGate = "exec.refused_by_gate"
        case hashMismatch = "deploy.hash_mismatch"
        case diskFull = "deploy.disk_full"
        case deployFailed = "deploy.failed"
    }

    package let kind: Code
    package let node: NodeName
    package let problem: String
    package let advice: String?

    package init(_ kind: Code, _ node: NodeName, _ problem: String, advice: String? = nil) {
        self.kind = kind
        self.node = node
        self.problem = problem
        self.advice = advice
    }

    package var code: String { kind.rawValue }

    /// True when the work cannot have begun on the far side, so that trying again is safe.
    package var isBeforeWork: Bool {
        switch kind {
        case .unresolved, .connectRefused, .connectTimeout, .unreachable, .bannerTimeout, .protocolError, .closedEarly,
            .throttled, .authDenied, .authTimeout, .hostKeyChanged, .hostKeyUnknown, .quarantined, .jumpFailed,
            .channelRefused:
            true
        case .connectionLost, .timeout, .firstByteTimeout, .idleTimeout, .cancelled, .sudoPasswordNeeded,
            .refusedByGate, .hashMismatch, .diskFull, .deployFailed:
            false
        }
    }
}
