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

    /// `ssh-ed25519`.
    package var type: String { word(0) }

    /// The second word of the public line: what a line of `authorized_keys` is known by.
    package var blob: String { word(1) }

    private func word(_ index: Int) -> String {
        let words = publicLine.split(separator: " ")
        return index < words.count ? String(words[index]) : publicLine
    }
}

/// The fleet's two keys, and while a rotation is open those that come after them.
package struct KeyRing: Hashable, Sendable {
    package var collect: FleetKey
    package var operate: FleetKey
    /// The new pairs of open rotations: some nodes know them already, some know only the old ones.
    package var next: [KeyPurpose: FleetKey]

    package init(collect: FleetKey, operate: FleetKey, next: [KeyPurpose: FleetKey] = [:]) {
        self.collect = collect
        self.operate = operate
        self.next = next
    }

    package subscript(_ purpose: KeyPurpose) -> FleetKey {
        switch purpose {
        case .collect: collect
        case .operate: operate
        }
    }

    /// The key that is put on a node today.
    package func newest(_ purpose: KeyPurpose) -> FleetKey { next[purpose] ?? self[purpose] }

    /// What to log in with: while a rotation is open a node may know either key.
    package func credentials(_ purpose: KeyPurpose) -> [Credential] {
        ([self[purpose]] + (next[purpose].map { [$0] } ?? [])).map { .keyFile(path: $0.path) }
    }
}

/// Where the fleet's keys are kept.
package protocol KeyFolder: KeyRotations {
    /// - Throws: `StateError` when a key is missing or others can read it.
    func keys() throws -> KeyRing
    /// Makes the pairs that are missing; never replaces one.
    ///
    /// - Throws: `StateError`.
    func createMissing() throws -> KeyRing
}
