import FleetModel

/// The words of a refused host key.
enum HostKeyRefusal {
    static func changed(_ key: HostKey, instead pinned: HostKey, _ node: NodeName) -> RemoteError {
        RemoteError(
            .hostKeyChanged,
            node,
            "\(node): the host key changed from \(pinned.algorithm) \(pinned.fingerprint) to \(key.algorithm) \(key.fingerprint)",
            advice: "if you rebuilt the machine, compare the new fingerprint on its console and run: "
                + "flotilla host-keys accept \(node); if you did not, somebody may be in between"
        )
    }

    static func unknown(_ key: HostKey, _ node: NodeName) -> RemoteError {
        RemoteError(
            .hostKeyUnknown,
            node,
            "\(node): unknown host key \(key.algorithm) \(key.fingerprint), and host keys are strict",
            advice: "compare it on the machine's console, then run: flotilla host-keys accept \(node), "
                + "or give --accept-new-host-keys"
        )
    }

    static func unregistered(_ key: HostKey, _ node: NodeName) -> RemoteError {
        RemoteError(
            .hostKeyUnknown,
            node,
            "\(node): host key \(key.fingerprint) belongs to a node that is not registered",
            advice: "register it with: flotilla register \(node) HOST USER"
        )
    }

    static func quarantined(_ node: NodeName, _ reason: String) -> RemoteError {
        RemoteError(
            .quarantined,
            node,
            "\(node) is quarantined: \(reason)",
            advice: "look into it, then: flotilla host-keys accept \(node)"
        )
    }
}
