/// What a key of the fleet may do on a node.
package enum KeyPurpose: String, Hashable, Sendable, CaseIterable {
    /// Only the probe and the gate's other verbs.
    case collect
    /// Commands and files.
    case operate
}

/// One key pair of the fleet.
package struct FleetKey: Hashable, Sendable {
    package var purpose: KeyPurpose
    /// The private key's file, readable by its owner alone.
    package var path: String
    /// `ssh-ed25519 AAAA… comment`.
    package var publicLine: String
    /// `SHA256:…`
    package var fingerprint: String

    package init(purpose: KeyPurpose, path: String, publicLine: String, fingerprint: String) {
        self.purpose = purpose
        self.path = path
        self.publicLine = publicLine
        self.fingerprint = fingerprint
    }
}

/// The fleet's two keys.
package struct KeyRing: Hashable, Sendable {
    package var collect: FleetKey
    package var operate: FleetKey

    package init(collect: FleetKey, operate: FleetKey) {
        self.collect = collect
        self.operate = operate
    }

    package subscript(_ purpose: KeyPurpose) -> FleetKey {
        switch purpose {
        case .collect: collect
        case .operate: operate
        }
    }
}

/// Where the fleet's keys are kept.
package protocol KeyFolder: Sendable {
    /// - Throws: `StateError` when a key is missing or others can read it.
    func keys() throws -> KeyRing
    /// Makes the pairs that are missing; never replaces one.
    ///
    /// - Throws: `StateError`.
    func createMissing() throws -> KeyRing
}
