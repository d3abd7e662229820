import CLibSSH

/// The library that speaks SSH.
package enum LibSSHVersion {
    /// Such as `0.10.6`.
    package static var text: String {
        let whole = ssh_version(0).map { String(cString: $0) } ?? "unknown"
        return String(whole.prefix { $0 != "/" })
    }
}
