import CLibSSH
package import FleetModel

/// A key pair that is not on disk yet.
package struct KeyPair: Sendable {
    /// In OpenSSH's format, without a passphrase: the home's folder keeps it.
    package let privateKey: Secret
    /// `ssh-ed25519 AAAA… comment`.
    package let publicLine: String
    /// `SHA256:…`
    package let fingerprint: String

    /// Makes an ed25519 pair.
    ///
    /// - Throws: `StateError` when the library cannot.
    package static func generateEd25519(comment: String) throws(StateError) -> KeyPair {
        var key: ssh_key?
        guard ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK, let key else { throw failure }
        defer { ssh_key_free(key) }
        return KeyPair(
            privateKey: try privateText(of: key), publicLine: try publicText(of: key) + " " + comment,
            fingerprint: try fingerprint(of: key))
    }

    private static let failure = StateError("key_generation", "the SSH library could not make a key")

    private static func privateText(of key: ssh_key) throws(StateError) -> Secret {
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_privkey_base64(key, nil, nil, nil, &text) == SSH_OK, let text else { throw failure }
        defer { ssh_string_free_char(text) }
        return Secret(String(cString: text))
    }

    private static func publicText(of key: ssh_key) throws(StateError) -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text else { throw failure }
        defer { ssh_string_free_char(text) }
        return "ssh-ed25519 " + String(cString: text)
    }

    private static func fingerprint(of key: ssh_key) throws(StateError) -> String {
        var hash: UnsafeMutablePointer<UInt8>?
        var length = 0
        defer { ssh_clean_pubkey_hash(&hash) }
        guard ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == 0, let hash else { throw failure }
        guard let text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length) else { throw failure }
        defer { ssh_string_free_char(text) }
        return String(cString: text)
    }
}

/// The library that speaks SSH.
package enum LibSSHVersion {
    /// Such as `0.10.6`.
    package static var text: String {
        let whole = ssh_version(0).map { String(cString: $0) } ?? "unknown"
        return String(whole.prefix { $0 != "/" })
    }
}
