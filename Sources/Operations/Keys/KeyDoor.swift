import FleetModel
import Probes

/// What the work on keys does at one node: changes its `authorized_keys`, and tries keys by log-ins of their own.
struct KeyDoor {
    let shell: any RemoteShell
    let routes: Routes
    let deadlines: Deadlines
    /// A word that only this work knows.
    let nonce: String

    func change(_ change: AuthorizedKeysChange, over way: Destination) async throws -> AuthorizedKeysChange.Answer {
        let result = await shell.run(RemoteJob(change.command(nonce: nonce), deadlines: deadlines), on: way)
        if let error = result.error { throw error }
        let answer = AuthorizedKeysChange.answer(result, nonce: nonce)
        switch answer {
        case .diskFull:
            throw RemoteError(
                .diskFull,
                way.node,
                "\(way.node): authorized_keys could not be written: no space left",
                advice: "make room on the node (df -h ~), then run it again; its authorized_keys is as it was"
            )
        case .failed(let why): throw unwritten(way.node, why)
        case .foreign:
            throw RemoteError(
                .refusedByGate,
                way.node,
                "\(way.node): the log-in runs a forced command, not a shell, so its keys cannot be changed",
                advice:
                    "take the command= off the line of the operate key, or: flotilla enroll \(way.node) --ask-password"
            )
        default: return answer
        }
    }

    /// Whether exactly this key opens the node, by a fresh log-in.
    ///
    /// - Throws: `RemoteError` for all trouble but a refused key.
    func opens(_ key: FleetKey, _ node: Node) async throws -> Bool {
        await shell.forget(node.name)
        let way = try way(with: key, to: node)
        let marker = "flotilla-" + nonce
        let command: Command =
            key.purpose == .operate ? .loginShell("echo " + marker) : Gate.Verb.version.command
        let result = await shell.run(RemoteJob(command, deadlines: deadlines), on: way)
        if let error = result.error {
            guard error.kind == .authDenied else { throw error }
            return false
        }
        guard key.purpose == .operate, !result.stdout.text.contains(marker) else { return true }
        throw RemoteError(
            .refusedByGate,
            node.name,
            "\(node.name): the operate key logs in, but the server runs something else for it",
            advice: "look for ForceCommand in its sshd_config, and for the same key in another AuthorizedKeysFile"
        )
    }

    /// The way to a node with this key and no other.
    func way(with key: FleetKey, to node: Node) throws(RemoteError) -> Destination {
        try routes.destination(to: node, credentials: [.keyFile(path: key.path)], purpose: key.purpose)
    }

    private func unwritten(_ node: NodeName, _ why: String) -> RemoteError {
        let line = why.split(separator: "\n").last.map(String.init) ?? "no reason given"
        return RemoteError(.deployFailed, node, "\(node): authorized_keys could not be written: \(line)")
    }
}
