/// One machine of the fleet, as the registry holds it.
///
/// A value whose fields lie behind one reference: ten thousand of them are copied between dictionaries and arrays.
package struct Node: Hashable, Sendable {
    private var storage: Storage

    package init(name: NodeName, host: HostAddress, user: UserName, port: Port = .ssh) {
        storage = Storage(Fields(name: name, host: host, port: port, user: user))
    }

    package static func == (left: Node, right: Node) -> Bool {
        left.storage === right.storage || left.storage.fields == right.storage.fields
    }

    package func hash(into hasher: inout Hasher) { storage.fields.hash(into: &hasher) }

    private struct Fields: Hashable, Sendable {
        var name: NodeName
        var host: HostAddress
        var port: Port
        var user: UserName
        var jump: NodeName?
        var groups: Set<GroupName> = []
        var labels: [LabelKey: OneLine] = [:]
        var variables: [String: JSONValue] = [:]
        var location: OneLine?
        var details: OneLine?
        var profile: Profile?
        var transport = Transport.libssh
        var identityFile: OneLine?
        var hostKey: HostKey?
        var status = NodeStatus.unknown
        var lastSeen: Timestamp?
    }

    // SAFETY: the fields are changed only through `fields`, which first makes sure that no other value refers to them.
    private final class Storage: @unchecked Sendable {
        var fields: Fields

        init(_ fields: Fields) { self.fields = fields }
    }

    private var fields: Fields {
        get { storage.fields }
        _modify {
            if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.fields) }
            yield &storage.fields
        }
    }

    package var name: NodeName {
        get { storage.fields.name }
        _modify { yield &fields.name }
    }

    package var host: HostAddress {
        get { storage.fields.host }
        _modify { yield &fields.host }
    }

    package var port: Port {
        get { storage.fields.port }
        _modify { yield &fields.port }
    }

    package var user: UserName {
        get { storage.fields.user }
        _modify { yield &fields.user }
    }

    /// The node through which this one is reached.
    package var jump: NodeName? {
        get { storage.fields.jump }
        _modify { yield &fields.jump }
    }

    /// The groups it was put into directly; `Inventory` knows the inherited ones.
    package var groups: Set<GroupName> {
        get { storage.fields.groups }
        _modify { yield &fields.groups }
    }

    /// Operator's labels; every sample of the node carries them.
    package var labels: [LabelKey: OneLine] {
        get { storage.fields.labels }
        _modify { yield &fields.labels }
    }

    /// Inventory variables (`host_vars`), for templates, playbooks and label tests.
    package var variables: [String: JSONValue] {
        get { storage.fields.variables }
        _modify { yield &fields.variables }
    }

    package var location: OneLine? {
        get { storage.fields.location }
        _modify { yield &fields.location }
    }

    package var details: OneLine? {
        get { storage.fields.details }
        _modify { yield &fields.details }
    }

    /// What kind of node it is; nil until it is told or found out.
    package var profile: Profile? {
        get { storage.fields.profile }
        _modify { yield &fields.profile }
    }

    package var transport: Transport {
        get { storage.fields.transport }
        _modify { yield &fields.transport }
    }

    /// A private key file to log in with instead of the home's own keys.
    package var identityFile: OneLine? {
        get { storage.fields.identityFile }
        _modify { yield &fields.identityFile }
    }

    /// The pinned host key; nil until the first contact.
    package var hostKey: HostKey? {
        get { storage.fields.hostKey }
        _modify { yield &fields.hostKey }
    }

    package var status: NodeStatus {
        get { storage.fields.status }
        _modify { yield &fields.status }
    }

    /// The last moment at which the node answered.
    package var lastSeen: Timestamp? {
        get { storage.fields.lastSeen }
        _modify { yield &fields.lastSeen }
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
