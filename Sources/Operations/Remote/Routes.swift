package import FleetModel

/// Turns nodes of the registry into destinations: addresses, jump hosts, credentials.
package struct Routes: Sendable {
    private let inventory: Inventory
    private let keys: KeyRing
    /// Deeper chains are taken for a mistake.
    private static let longestPath = 8

    package init(inventory: Inventory, keys: KeyRing) {
        self.inventory = inventory
        self.keys = keys
    }

    /// The way to a node with one of the fleet's keys.
    ///
    /// - Throws: `RemoteError` with `ssh.quarantined` (the node or a hop) or `ssh.jump_failed` (no such hop).
    package func destination(to node: Node, for purpose: KeyPurpose) throws(RemoteError) -> Destination {
        try destination(to: node, credentials: credentials(of: node, for: purpose), purpose: purpose)
    }

    /// The way to a node with credentials of the caller's; the hops are opened with the fleet's operate key.
    package func destination(to node: Node, credentials: [Credential], purpose: KeyPurpose = .operate)
        throws(RemoteError)
        -> Destination
    {
        try refuseQuarantined(node, for: node.name)
        var destination = plain(node, credentials: credentials, purpose: purpose)
        destination.path = try path(to: node)
        return destination
    }

    private func path(to node: Node) throws(RemoteError) -> [Destination] {
        var path: [Destination] = []
        var next = node.jump
        while let name = next {
            guard let hop = inventory.nodes[name] else {
                throw RemoteError(
                    .jumpFailed,
                    node.name,
                    "jump host \(name) is not registered",
                    advice: "register it, or: flotilla update \(node.name) jump none"
                )
            }
            guard path.count < Self.longestPath else {
                throw RemoteError(.jumpFailed, node.name, "more than \(Self.longestPath) jump hosts in a row")
            }
            try refuseQuarantined(hop, for: node.name)
            path.append(plain(hop, credentials: credentials(of: hop, for: .operate), purpose: .operate))
            next = hop.jump
        }
        return path.reversed()
    }

    private func plain(_ node: Node, credentials: [Credential], purpose: KeyPurpose) -> Destination {
        Destination(
            node: node.name,
            host: node.host,
            port: node.port,
            user: node.user,
            credentials: credentials,
            hostKey: node.hostKey,
            transport: node.transport,
            purpose: purpose
        )
    }

    private func credentials(of node: Node, for purpose: KeyPurpose) -> [Credential] {
        let own = keys.credentials(purpose)
        guard purpose == .operate, let file = node.identityFile else { return own }
        return [.keyFile(path: UserPath.expanded(file.text))] + own
    }

    private func refuseQuarantined(_ node: Node, for asked: NodeName) throws(RemoteError) {
        guard case .quarantined(let reason) = node.status else { return }
        let hop = node.name == asked ? "" : "jump host \(node.name) "
        throw RemoteError(
            .quarantined,
            asked,
            "\(hop)is quarantined: \(reason)",
            advice: "if the change was yours, run: flotilla host-keys accept \(node.name)"
        )
    }
}
