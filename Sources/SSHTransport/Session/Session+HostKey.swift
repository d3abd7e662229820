import CLibSSH
import FleetModel

extension Session {
    /// The key that the server proved to have; nil before the key exchange.
    func hostKey() -> HostKey? {
        var key: ssh_key?
        guard ssh_get_server_publickey(raw, &key) == SSH_OK, let key else { return nil }
        defer { ssh_key_free(key) }
        return HostKey(key)
    }
}

extension HostKey {
    init?(_ key: ssh_key) {
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text else { return nil }
        defer { ssh_string_free_char(text) }
        guard let fingerprint = PublicKeyText.fingerprint(key) else { return nil }
        self.init(
            algorithm: PublicKeyText.algorithm(key),
            base64: String(cString: text),
            fingerprint: fingerprint
        )
    }
}

/// Public keys as people write them.
enum PublicKeyText {
    static func algorithm(_ key: ssh_key) -> String {
        ssh_key_type_to_char(ssh_key_type(key)).map { String(cString: $0) } ?? "unknown"
    }

    /// `SHA256:…`
    static func fingerprint(_ key: ssh_key) -> String? {
        var hash: UnsafeMutablePointer<UInt8>?
        var length = 0
        guard ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == 0, let hash else { return nil }
        defer { ssh_clean_pubkey_hash_pointer(hash) }
        guard let text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length) else { return nil }
        defer { ssh_string_free_char(text) }
        return String(cString: text)
    }

    private static func ssh_clean_pubkey_hash_pointer(_ hash: UnsafeMutablePointer<UInt8>) {
        var hash: UnsafeMutablePointer<UInt8>? = hash
        ssh_clean_pubkey_hash(&hash)
    }
}
