/// A public host key as the wire shows it.
package struct HostKey: Hashable, Sendable {
    /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, …
    package let algorithm: String
    /// The key blob in base64, as in `authorized_keys` and `known_hosts`.
    package let base64: String
    /// `SHA256:…` without padding, as `ssh-keygen -l` prints it.
    package let fingerprint: String

    package init(algorithm: String, base64: String, fingerprint: String) {
        self.algorithm = algorithm
        self.base64 = base64
        self.fingerprint = fingerprint
    }
}
