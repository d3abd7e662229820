package import FleetModel

/// What the lab is told besides its plan.
package struct LabSettings: Sendable {
    /// The lab's own folder; made 0700. Homes and host keys in it outlive the lab, so that pinned keys stay true.
    package var folder: String
    /// Lines that every node's `authorized_keys` begins with, forced commands and all.
    package var authorizedKeys: [String]
    /// Accepted for each node's user, and by `sudo` under `sudo-prompt`; nil refuses every password.
    package var password: Secret?
    /// Deals out faults and gives the machines their characters.
    package var seed: UInt64
    /// How long a node is away when it reboots.
    package var rebootTime: Duration
    /// Threads that serve; each owns its share of the nodes.
    package var threads: Int
    /// The port of `/health` and `/metrics` on time nodes; nil serves neither.
    package var healthPort: Int?
    /// Where time nodes serve the same to a Prometheus; nil nowhere.
    package var exporterPort: Int?
    /// One listener for all nodes instead of one for each; nil decides by the limit of open files.
    package var sharesListeners: Bool?

    package init(folder: String, authorizedKeys: [String] = [], password: Secret? = nil) {
        self.folder = folder
        self.authorizedKeys = authorizedKeys
        self.password = password
        self.seed = 1
        self.rebootTime = .seconds(8)
        self.threads = 2
        self.healthPort = 3000
        self.exporterPort = nil
        self.sharesListeners = nil
    }

    /// The ports of the web side of time nodes.
    var webPorts: [UInt16] { [healthPort, exporterPort].compactMap { $0.map { UInt16(clamping: $0) } } }

    /// Channels that one connection may have open, as OpenSSH's `MaxSessions`.
    static let maxSessions = 10
    /// Ways to other nodes that one connection may have open; a jump host carries a connection for each of them.
    static let maxForwards = 1_000
    /// Failed log-in attempts after which a connection is closed, as OpenSSH's `MaxAuthTries`.
    static let maxAuthTries = 6
    /// How long a connection may stay without logging in, as OpenSSH's `LoginGraceTime`.
    static let loginGrace = Duration.seconds(120)
}
