package import FleetModel

/// Decides whether a host key may be trusted, and remembers: pins first keys, quarantines on change, writes the audit.
package protocol HostKeyTrust: Sendable {
    /// Called during the handshake, before any credential is sent.
    ///
    /// - Throws: `RemoteError` with `ssh.host_key_changed` or `ssh.host_key_unknown`; returning means trust.
    func examine(_ key: HostKey, of destination: Destination) async throws
}
