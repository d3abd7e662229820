package import FleetModel
package import Probes

/// How the enrolling of one node ended.
package struct EnrollReport: Hashable, Sendable {
    /// The gate answers as this program's own, unchanged.
    package var isGateInPlace = false
    /// The lines were written; false where they stood there already.
    package var isNew = false
    /// How the lines are written there.
    package var dialect = AuthorizedKeysLine.Dialect.restrict
    /// The operate line allows forwarding.
    package var isJumpHost = false
    /// A fresh log-in with the key did what it is there for.
    package var operateProven = false
    package var collectProven = false
    package var duration = Duration.zero
    package var error: RemoteError?

    package init() {}

    /// True only when both keys were proven by fresh log-ins.
    package var isEnrolled: Bool { operateProven && collectProven && error == nil }
}

/// How the operator lets us in for the enrolling.
package struct EnrollAccess: Sendable {
    /// What to offer beside the fleet's own operate key; empty: that key alone.
    package var keys: [Credential]
    package var secrets: [Credential]

    package init(keys: [Credential] = [], secrets: [Credential] = []) {
        self.keys = keys
        self.secrets = secrets
    }

    /// A password is only offered where no key opens.
    func credentials(operate: [Credential]) -> [Credential] { keys + operate + secrets }

    /// Without the fleet's operate key, for nodes that accept it and run something else for it.
    var withoutOperate: [Credential] { keys + secrets }

    /// The words of the record: never a secret.
    package var title: String {
        let words = (keys + secrets).map { credential in
            switch credential {
            case .keyFile(let path, _): "key \(path)"
            case .agent: "agent"
            case .password, .keyboardInteractive: "password"
            }
        }
        return words.isEmpty
            ? "operate key"
            : words.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", ")
    }
}
