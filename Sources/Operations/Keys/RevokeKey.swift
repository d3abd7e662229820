package import FleetModel

/// Takes one key off nodes: every line of it in `authorized_keys`, and nothing else. Never takes away the key that it
/// stands on while no other was proven.
package struct RevokeKey: Sendable {
    private let shell: any RemoteShell
    private let folder: any KeyFolder
    private let record: WorkRecord

    package init(shell: any RemoteShell, folder: any KeyFolder, record: WorkRecord) {
        self.shell = shell
        self.folder = folder
        self.record = record
    }

    /// A key that was found on nodes.
    package struct Found: Hashable, Sendable {
        package var blob: String
        package var fingerprint: String
        package var comment: String
        package var owner: KeyOwner
        package var nodes: [NodeName]
    }

    /// How it ended on one node.
    package struct Report: Hashable, Sendable {
        package var isRemoved = false
        package var error: RemoteError?
    }

    /// The keys that `name` means, among what an audit found: a fingerprint, the word `collect` or `operate`, or a
    /// comment, whole.
    package static func keys(named name: String, in audit: [(node: NodeName, report: KeyAudit.Report)]) -> [Found] {
        var found: [String: Found] = [:]
        for (node, report) in audit {
            for entry in report.entries where means(name, entry) {
                let fresh = Found(
                    blob: entry.key.blob,
                    fingerprint: entry.key.fingerprint ?? "",
                    comment: entry.key.comment,
                    owner: entry.owner,
                    nodes: []
                )
                var key = found[entry.key.blob] ?? fresh
                if key.nodes.last != node { key.nodes.append(node) }
                found[entry.key.blob] = key
            }
        }
        return found.values.sorted { $0.fingerprint < $1.fingerprint }
    }

    private static func means(_ name: String, _ entry: KeyAudit.Entry) -> Bool {
        guard let fingerprint = entry.key.fingerprint else { return false }
        if name.hasPrefix("SHA256:") { return fingerprint == name }
        // The fleet's own keys go by their names alone: an old one has the same comment as its successor.
        if let purpose = KeyPurpose(rawValue: name) { return entry.owner == .current(purpose) }
        return entry.owner == .foreign && entry.key.comment == name
    }

    /// `entropy`: 64 fresh random bits for each node.
    /// - Throws: `StateError`; every node's trouble is in its report.
    package func run(
        _ key: Found,
        on nodes: [Node],
        fanout: Int,
        deadlines: Deadlines,
        entropy: @escaping @Sendable () -> UInt64,
        finished: (NodeName, Report) -> Void = { _, _ in }
    ) async throws -> [(node: NodeName, report: Report)] {
        let lock = try folder.lockRotations()
        defer { withExtendedLifetime(lock) {} }
        let keys = try folder.keys()
        let routes = Routes(inventory: try await record.registry(), keys: keys)
        try await record.intend(
            AuditEntry("keys.revoke.begin", detail: Self.detail(key, ["nodes": .int(Int64(nodes.count))]))
        )
        let done = await onEach(nodes, width: fanout) { node in
            let door = KeyDoor(
                shell: shell,
                routes: routes,
                deadlines: deadlines,
                nonce: String(entropy(), radix: 36)
            )
            return await RevokeOnNode(door: door, keys: keys, key: key).run(node)
        } finished: { node, report in
            finished(node.name, report)
        }
        let reports = done.map { (node: $0.item.name, report: $0.outcome) }
        let entries = reports.map { node, report in
            var more: [String: JSONValue] = ["removed": .bool(report.isRemoved)]
            if let error = report.error { more["error"] = .string(error.code) }
            return AuditEntry("keys.revoke", node: node, detail: Self.detail(key, more))
        }
        try await record.conclude(entries, reports.compactMap { .of($0.node, $0.report.error) })
        return reports
    }

    private static func detail(_ key: Found, _ more: [String: JSONValue]) -> JSONValue {
        let detail: [String: JSONValue] = [
            "fingerprint": .string(key.fingerprint), "comment": .string(String(key.comment.prefix(200))),
            "owner": .string(key.owner.state),
        ]
        return .object(detail.merging(more) { $1 })
    }
}

/// One node of a revocation.
private struct RevokeOnNode {
    let door: KeyDoor
    let keys: KeyRing
    let key: RevokeKey.Found

    func run(_ node: Node) async -> RevokeKey.Report {
        var report = RevokeKey.Report()
        do {
            guard !Task.isCancelled else {
                throw RemoteError(.cancelled, node.name, "not started: the run was stopped before its turn")
            }
            let way = try await standing(node)
            let answer = try await door.change(.drop(blob: key.blob, keeping: nil), over: way)
            report.isRemoved = answer == .dropped
            // What is open was opened with the key, perhaps.
            await door.shell.forget(node.name)
        } catch let error as RemoteError {
            report.error = error
        } catch {
            report.error = RemoteError(.deployFailed, node.name, "\(node.name): \(error)")
        }
        return report
    }

    /// A way in that does not stand on the key that goes: a log-in of its own with each other key that there is.
    private func standing(_ node: Node) async throws -> Destination {
        var last: RemoteError?
        for credential in others(node) {
            await door.shell.forget(node.name)
            let way = try door.routes.destination(to: node, credentials: [credential])
            let nonce = "flotilla-" + door.nonce
            let result = await door.shell.run(
                RemoteJob(.loginShell("echo " + nonce), deadlines: door.deadlines),
                on: way
            )
            if result.stdout.text.contains(nonce) { return way }
            last = result.error
        }
        if let last, last.kind != .authDenied { throw last }
        throw RemoteError(
            .authDenied,
            node.name,
            "\(node.name): \(key.fingerprint) is the only key that opens it, so it stays",
            advice:
                "to change the fleet's own key: flotilla keys rotate; to give the node up, take the line out by hand"
        )
    }

    private func others(_ node: Node) -> [Credential] {
        var keys = [keys.operate, keys.next[.operate]].compactMap { $0 }.filter { $0.blob != key.blob }
            .map { Credential.keyFile(path: $0.path) }
        // A key file of the node's own may be the very key that goes: it counts only where its public half says not.
        let file = node.identityFile.map { UserPath.expanded($0.text) }
        if let file, PublicKeyFile.blob(ofPrivate: file).map({ $0 != key.blob }) == true {
            keys.append(.keyFile(path: file))
        }
        return keys
    }
}
