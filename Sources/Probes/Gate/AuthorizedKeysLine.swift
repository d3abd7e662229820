/// The lines of `authorized_keys` that let the fleet in. `publicKey` is `ssh-ed25519 AAAA… comment`, one line.
package enum AuthorizedKeysLine {
    /// How a server wants restrictions written.
    package enum Dialect: Hashable, Sendable {
        /// OpenSSH from 7.2 on, and dropbear from 2020.79 on for lines without `port-forwarding`.
        case restrict
        /// One option for each thing that is forbidden: dropbear, and very old OpenSSH.
        case plain
    }

    /// The collect key: runs the gate where it is installed, and without it says so and ends with 126.
    package static func collect(publicKey: String, dialect: Dialect = .restrict) -> String {
        "\(restrictions(dialect, forwarding: false)),command=\"\(forcedCommand)\" \(publicKey)"
    }

    /// The operate key: any command, but no forwarding, no terminal, no agent. A jump host may forward, since it is
    /// there for nothing else.
    package static func operate(publicKey: String, isJumpHost: Bool = false, dialect: Dialect = .restrict) -> String {
        "\(restrictions(dialect, forwarding: isJumpHost)) \(publicKey)"
    }

    /// The line that the guide of the Pipe fleet asks for, word for word: it answers everything with the pulse.
    package static func seed(publicKey: String) -> String {
        "command=\"./tools/pop --status; ./tools/pop --pulse --export json\","
            + "no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty \(publicKey)"
    }

    // Every log-in shell reads this as it is, csh and fish too; no double quote may stand in it.
    static let forcedCommand =
        "exec sh -c 'test -f ~/\(Gate.path) && exec sh ~/\(Gate.path); echo flotilla: gate not installed >&2; exit 126'"

    private static func restrictions(_ dialect: Dialect, forwarding: Bool) -> String {
        switch dialect {
        case .restrict: forwarding ? "restrict,port-forwarding" : "restrict"
        case .plain: (forwarding ? "" : "no-port-forwarding,") + "no-X11-forwarding,no-agent-forwarding,no-pty"
        }
    }
}
