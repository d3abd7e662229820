import CLibSSH
package import FleetModel
import Glibc

/// Key pairs for logging in, made and read by libssh.
package struct KeyPair: Sendable {
    /// The private key in OpenSSH's own format, unencrypted, as it goes into a file of mode 0600.
    package let privateOpenSSH: Secret
    /// `ssh-ed25519 AAAA… comment`
    package let publicLine: String
    /// `SHA256:…`
    package let fingerprint: String

    /// - `comment`: the last word of the public line; control characters and newlines are taken out.
    /// - Throws: `StateError` when libssh or the system's random source fails.
    package static func generateEd25519(comment: String) throws(StateError) -> KeyPair {
        var key: ssh_key?
        guard ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK, let key else {
            throw StateError("key_not_made", "libssh could not make an ed25519 key")
        }
        defer { ssh_key_free(key) }
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_privkey_base64(key, nil, nil, nil, &text) == SSH_OK, let text else {
            throw StateError("key_not_made", "libssh could not write the new private key")
        }
        defer {
            explicit_bzero(text, strlen(text))
            ssh_string_free_char(text)
        }
        let secret = Secret(bytes: UnsafeBufferPointer(start: text, count: strlen(text)).map(UInt8.init(bitPattern:)))
        let (line, fingerprint) = try describe(key, comment: comment)
        return KeyPair(privateOpenSSH: secret, publicLine: line, fingerprint: fingerprint)
    }

    /// The public half of a private key file.
    ///
    /// - Throws: `StateError` when the file is no private key, or is encrypted and the passphrase is wrong or missing.
    package static func publicLine(
        ofPrivateKeyFile path: String,
        passphrase: Secret? = nil,
        comment: String = ""
    ) throws(StateError) -> (publicLine: String, fingerprint: String) {
        var key: ssh_key?
        let code = withCString(of: passphrase) { ssh_pki_import_privkey_file(path, $0, nil, nil, &key) }
        guard code == SSH_OK, let key else {
            let why =
                access(path, R_OK) == 0
                ? "it is no private key, or it is encrypted and the passphrase is missing or wrong"
                : String(cString: strerror(errno))
            throw StateError("key_not_read", "the private key \(path) could not be read: \(why)")
        }
        defer { ssh_key_free(key) }
        return try describe(key, comment: comment)
    }

    private static func describe(_ key: ssh_key, comment: String) throws(StateError) -> (
        publicLine: String, fingerprint: String
    ) {
        var publicKey: ssh_key?
        guard ssh_pki_export_privkey_to_pubkey(key, &publicKey) == SSH_OK, let publicKey else {
            throw StateError("key_not_read", "libssh could not derive the public key")
        }
        defer { ssh_key_free(publicKey) }
        guard let shown = HostKey(publicKey) else {
            throw StateError("key_not_read", "libssh could not write the public key")
        }
        let words = [shown.algorithm, shown.base64, Printable.line(comment)].filter { !$0.isEmpty }
        return (words.joined(separator: " "), shown.fingerprint)
    }
}
