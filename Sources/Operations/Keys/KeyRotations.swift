package import FleetModel

/// How far the change of a key has come. All of it survives an end at any instant, and until `finish` the old private
/// key is there.
package protocol KeyRotations: Sendable {
    /// The rotation under way: one process at a time. Ends when the value is released.
    ///
    /// - Throws: `StateError` with `state.keys_busy`.
    func lockRotations() throws -> any Sendable
    /// Makes the new pair beside the old one; where one is under way already, that one.
    func begin(_ purpose: KeyPurpose) throws -> FleetKey
    /// The nodes that do not need the old key any more.
    func rotated(_ purpose: KeyPurpose) throws -> Set<RotatedNode>
    func markRotated(_ node: RotatedNode, _ purpose: KeyPurpose) throws
    /// The new pair takes the old one's place. The old private key is deleted, its public line kept.
    func finish(_ purpose: KeyPurpose) throws
    /// The public lines that were the fleet's own once.
    func retired() throws -> [RetiredKey]
}

/// A node as it was when the new key was proven on it: somewhere else, or for another user, it must be proven again.
package struct RotatedNode: Hashable, Sendable {
    package let name: NodeName
    /// `user@host:port`.
    package let place: String

    package init(_ node: Node) {
        name = node.name
        place = "\(node.user)@\(node.host.joined(to: node.port))"
    }

    package init(name: NodeName, place: String) {
        self.name = name
        self.place = place
    }
}

/// A key that was the fleet's own.
package struct RetiredKey: Hashable, Sendable {
    package let purpose: KeyPurpose
    package let publicLine: String

    package init(purpose: KeyPurpose, publicLine: String) {
        self.purpose = purpose
        self.publicLine = publicLine
    }
}
