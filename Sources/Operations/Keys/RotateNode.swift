package import FleetModel

/// Brings one node from the old key to the new one. At every instant a key that was proven by a log-in stands in its
/// `authorized_keys`; each step finds what an earlier run left and goes on from there.
struct RotateNode {
    let door: KeyDoor
    let old: FleetKey
    let new: FleetKey

    func run(_ node: Node) async -> RotationReport {
        do {
            return RotationReport(state: try await rotate(node))
        } catch let error as RemoteError {
            return RotationReport(error: error)
        } catch {
            return RotationReport(error: RemoteError(.deployFailed, node.name, "\(node.name): \(error)"))
        }
    }

    private func rotate(_ node: Node) async throws -> RotationReport.State {
        let way = try door.routes.destination(to: node, for: .operate)
        let found = try await door.change(.add(new, beside: old), over: way)
        guard found != .absent else {
            // The server may read the key from a place that is not ours to change.
            guard try await !door.opens(old, node) else { throw elsewhere(node) }
            return .notHeld
        }
        guard try await door.opens(new, node) else { throw unproven(node) }
        if found != .newOnly { try await dropOld(node, way) }
        await door.shell.forget(node.name)
        guard try await !door.opens(old, node) else { throw elsewhere(node) }
        await door.shell.forget(node.name)
        return found == .newOnly ? .already : .rotated
    }

    private func dropOld(_ node: Node, _ way: Destination) async throws {
        // The operate key's old line is taken away by a log-in that stands on the new one alone.
        let standing = new.purpose == .operate ? try door.way(with: new, to: node) : way
        let answer = try await door.change(.drop(blob: old.blob, keeping: new.blob), over: standing)
        guard answer == .unguarded else { return }
        throw RemoteError(
            .deployFailed,
            node.name,
            "\(node.name): the new line went away while the key was being changed; the old one stays",
            advice: "see what else writes its authorized_keys, then run it again"
        )
    }

    private func unproven(_ node: Node) -> RemoteError {
        RemoteError(
            .authDenied,
            node.name,
            "\(node.name): the new key's line is in its authorized_keys, but its server does not take it; the old key stays",
            advice: "look at AuthorizedKeysFile and PubkeyAcceptedAlgorithms of its sshd (`sshd -T`), then run it again"
        )
    }

    private func elsewhere(_ node: Node) -> RemoteError {
        RemoteError(
            .deployFailed,
            node.name,
            "\(node.name): the old key \(old.fingerprint) still opens it, by a file that is not the log-in's authorized_keys",
            advice:
                "look at AuthorizedKeysFile and AuthorizedKeysCommand of its sshd (`sshd -T`), put the new key there, "
                + "then run it again"
        )
    }
}

/// How the change of one node's key ended.
package struct RotationReport: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        /// The new key was proven, the old one is gone.
        case rotated
        /// An earlier run had done it.
        case already
        /// The node never had the key.
        case notHeld = "not_held"
        /// The old key is still needed there.
        case failed
    }

    package var state: State
    package var duration: Duration
    package var error: RemoteError?

    package init(state: State, duration: Duration = .zero) {
        self.state = state
        self.duration = duration
    }

    package init(error: RemoteError) {
        self.state = .failed
        self.duration = .zero
        self.error = error
    }
}
