/// One machine of the fleet, as the registry holds it.
package struct Node: Hashable, Sendable {
    package var name: NodeName
    package var host: HostAddress
    package var port: Port
    package var user: UserName
    /// The node through which this one is reached.
    package var jump: NodeName?
    /// The groups it was put into directly; `Inventory` knows the inherited ones.
    package var groups: Set<GroupName>
    /// Operator's labels; every sample of the node carries them.
    package var labels: [LabelKey: OneLine]
    /// Inventory variables (`host_vars`), for templates, playbooks and label tests.
    package var variables: [String: JSONValue]
    package var location: OneLine?
    package var details: OneLine?
    /// What kind of node it is; nil until it is told or found out.
    package var profile: Profile?
    package var transport: Transport
    /// A private key file to log in with instead of the home's own keys.
    package var identityFile: OneLine?
    /// The pinned host key; nil until the first contact.
    package var hostKey: HostKey?
    package var status: NodeStatus
    /// The last moment at which the node answered.
    package var lastSeen: Timestamp?

    package init(name: NodeName, host: HostAddress, user: UserName, port: Port = .ssh) {
        self.name = name
        self.host = host
        self.port = port
        self.user = user
        self.groups = []
        self.labels = [:]
        self.variables = [:]
        self.transport = .libssh
        self.status = .unknown
    }

    /// What is collected from a node, and how.
    package enum Profile: String, Hashable, Sendable, CaseIterable {
        /// A Pipe network node: the pulse of its `pop` tool too.
        case pipe
        /// A time server: NTP figures and the container `mcp-utc-time` too.
        case time
        /// Any Linux machine.
        case linux
    }

    /// The way to reach a node.
    package enum Transport: String, Hashable, Sendable, CaseIterable {
        /// libssh inside this process: the default.
        case libssh
        /// The system's `ssh`, for hardware keys without an agent, host certificates, GSSAPI.
        case openssh
    }
}

/// What the last contact said about a node.
package enum NodeStatus: Hashable, Sendable {
    case unknown
    case up
    /// `code` is the error code of the last failure, `reason` its text.
    case down(code: String, reason: String)
    /// The host key changed, or an operator locked the node out; nothing connects until `host-keys accept`.
    case quarantined(reason: String)

    /// `up`, `down`, `unknown` or `quarantined`: the word of the JSON outputs and of the state selectors.
    package var word: String {
        switch self {
        case .unknown: "unknown"
        case .up: "up"
        case .down: "down"
        case .quarantined: "quarantined"
        }
    }
}
