package import FleetModel

/// Everything a transport needs to reach one node; resolved from the registry before any connection is made.
package struct Destination: Hashable, Sendable {
    package var node: NodeName
    package var host: HostAddress
    package var port: Port
    package var user: UserName
    /// The jump hosts in the order of travel, the first one reached directly; each with an empty `path` of its own.
    package var path: [Destination]
    /// What to log in with, in the order to offer. Exactly these are offered: nothing is searched for.
    package var credentials: [Credential]
    /// The pinned key, where one is; tells the transport which algorithm to ask for. `HostKeyTrust` gives the verdict.
    package var hostKey: HostKey?
    package var transport: Node.Transport
    /// Which of the fleet's keys opens it.
    package var purpose: KeyPurpose

    package init(
        node: NodeName,
        host: HostAddress,
        port: Port = .ssh,
        user: UserName,
        path: [Destination] = [],
        credentials: [Credential],
        hostKey: HostKey? = nil,
        transport: Node.Transport = .libssh,
        purpose: KeyPurpose = .operate
    ) {
        self.node = node
        self.host = host
        self.port = port
        self.user = user
        self.path = path
        self.credentials = credentials
        self.hostKey = hostKey
        self.transport = transport
        self.purpose = purpose
    }
}

/// One way to log in.
package enum Credential: Hashable, Sendable {
    /// A private key file; a certificate in `PATH-cert.pub` beside it is offered first.
    case keyFile(path: String, passphrase: Secret? = nil)
    /// The keys of an agent; nil means `$SSH_AUTH_SOCK`.
    case agent(socket: String?)
    case password(Secret)
    /// Every hidden prompt is answered with this secret.
    case keyboardInteractive(Secret)
}
