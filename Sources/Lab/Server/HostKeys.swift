import CLibSSH
import FleetModel
import Glibc

/// A node's own ed25519 keys, kept in its folder so that a key pinned once stays true.
struct HostKeys {
    /// The node's folder.
    let folder: String

    /// The key as clients see it; made when there is none yet.
    func publicKey() throws(LabError) -> HostKey {
        let key = try privateKey(isChanged: false)
        defer { ssh_key_free(key) }
        return try Self.shown(key)
    }

    /// A listening end with the node's key, or with the other one that a `key-changed` node shows.
    ///
    /// The caller frees it with `ssh_bind_free`.
    func bind(isChanged: Bool) throws(LabError) -> ssh_bind {
        guard let bind = ssh_bind_new() else { throw LabError("system", "libssh has no memory left") }
        var no = false
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no)
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BANNER, "flotilla_lab")
        // The bind owns the key from here on.
        let key = try privateKey(isChanged: isChanged)
        guard ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, UnsafeMutableRawPointer(key)) == 0 else {
            ssh_bind_free(bind)
            throw LabError("host_key", "libssh refused the host key in \(folder)")
        }
        return bind
    }

    private func privateKey(isChanged: Bool) throws(LabError) -> ssh_key {
        let path = folder + "/ssh_host_ed25519_key" + (isChanged ? ".changed" : "")
        var key: ssh_key?
        if access(path, F_OK) == 0 {
            guard ssh_pki_import_privkey_file(path, nil, nil, nil, &key) == SSH_OK, let key else {
                throw LabError("host_key", "\(path) cannot be read", advice: "remove it to have a new one made")
            }
            return key
        }
        guard ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK, let key else {
            throw LabError("host_key", "libssh could not make a host key")
        }
        guard ssh_pki_export_privkey_file(key, nil, nil, nil, path) == SSH_OK, chmod(path, 0o600) == 0 else {
            ssh_key_free(key)
            throw LabError.system("writing the host key", on: path)
        }
        return key
    }

    private static func shown(_ key: ssh_key) throws(LabError) -> HostKey {
        var text: UnsafeMutablePointer<CChar>?
        var hash: UnsafeMutablePointer<UInt8>?
        var length = 0
        guard ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text,
            ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == 0, let hash,
            let print = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length)
        else { throw LabError("host_key", "libssh could not show a host key") }
        defer {
            ssh_string_free_char(text)
            ssh_string_free_char(print)
            var owned: UnsafeMutablePointer<UInt8>? = hash
            ssh_clean_pubkey_hash(&owned)
        }
        return HostKey(algorithm: "ssh-ed25519", base64: String(cString: text), fingerprint: String(cString: print))
    }
}
