package import FleetModel

/// Changes one of the fleet's keys on its nodes without ever locking anybody out. Stopped at any instant it goes on
/// from there when it is run again; the old private key goes when no registered node needs it.
package struct RotateKeys: Sendable {
    private let shell: any RemoteShell
    private let folder: any KeyFolder
    private let record: WorkRecord

    /// `shell`: this process' own, because keys are proven by log-ins of their own.
    package init(shell: any RemoteShell, folder: any KeyFolder, record: WorkRecord) {
        self.shell = shell
        self.folder = folder
        self.record = record
    }

    /// What is asked for.
    package struct Order: Sendable {
        package var purpose: KeyPurpose
        package var nodes: [Node]
        package var fanout: Int
        package var deadlines: Deadlines

        package init(_ purpose: KeyPurpose, nodes: [Node]) {
            self.purpose = purpose
            self.nodes = nodes
            self.fanout = 64
            self.deadlines = Deadlines(total: .seconds(60))
        }
    }

    /// How far it came.
    package struct Outcome: Sendable {
        package var old: FleetKey
        package var new: FleetKey
        package var reports: [(node: NodeName, report: RotationReport)]
        /// The registered nodes that still need the old key; empty: it is gone.
        package var remaining: [NodeName]
    }

    /// `entropy`: 64 fresh random bits for each node.
    /// - Throws: `StateError` when the keys or the record cannot be written; every node's trouble is in its report.
    package func run(
        _ order: Order,
        entropy: @escaping @Sendable () -> UInt64,
        finished: (NodeName, RotationReport) -> Void = { _, _ in }
    ) async throws -> Outcome {
        let lock = try folder.lockRotations()
        defer { withExtendedLifetime(lock) {} }
        let new = try folder.begin(order.purpose)
        let keys = try folder.keys()
        let old = keys[order.purpose]
        var outcome = Outcome(old: old, new: new, reports: [], remaining: [])
        try await record.intend(entry("keys.rotate.begin", outcome, ["nodes": .int(Int64(order.nodes.count))]))
        // Where the pair has its new place already, only the end of an earlier run is missing.
        if old.blob != new.blob {
            let registry = try await record.registry()
            let routes = Routes(inventory: registry, keys: keys)
            // What an earlier run has done is done. Jump hosts first: what is behind one is reached with the operate key on it.
            let known = try folder.rotated(order.purpose)
            let done = order.nodes.filter { known.contains(RotatedNode($0)) }
            outcome.reports = done.map { ($0.name, RotationReport(state: .already)) }
            for (node, report) in outcome.reports { finished(node, report) }
            for wave in Enroll.waves(order.nodes.filter { !known.contains(RotatedNode($0)) }, in: registry) {
                outcome.reports += try await rotate(wave, order, routes, old, new, entropy, finished)
            }
            outcome.remaining = try await remaining(order.purpose)
        }
        guard outcome.remaining.isEmpty else { return outcome }
        try folder.finish(order.purpose)
        try await record.conclude([entry("keys.rotate.end", outcome, [:])])
        return outcome
    }

    private func rotate(
        _ nodes: [Node],
        _ order: Order,
        _ routes: Routes,
        _ old: FleetKey,
        _ new: FleetKey,
        _ entropy: @escaping @Sendable () -> UInt64,
        _ finished: (NodeName, RotationReport) -> Void
    ) async throws -> [(node: NodeName, report: RotationReport)] {
        let done = await onEach(nodes, width: order.fanout) { node in
            guard !Task.isCancelled else {
                let error = RemoteError(.cancelled, node.name, "not started: the run was stopped before its turn")
                return RotationReport(error: error)
            }
            let began = record.now()
            let nonce = String(entropy(), radix: 36)
            let door = KeyDoor(shell: shell, routes: routes, deadlines: order.deadlines, nonce: nonce)
            var report = await RotateNode(door: door, old: old, new: new).run(node)
            report.duration = record.now() - began
            return noted(report, node, order.purpose)
        } finished: { node, report in
            finished(node.name, report)
        }
        let entries = done.map { node, report in
            var detail: [String: JSONValue] = [
                "key": .string(order.purpose.rawValue), "fingerprint": .string(new.fingerprint),
                "state": .string(report.state.rawValue),
            ]
            if let error = report.error { detail["error"] = .string(error.code) }
            return AuditEntry("keys.rotate", node: node.name, detail: .object(detail))
        }
        try await record.conclude(entries, done.compactMap { .of($0.item.name, $0.outcome.error) })
        return done.map { ($0.item.name, $0.outcome) }
    }

    /// A node whose end cannot be noted is done again by the next run.
    private func noted(_ report: RotationReport, _ node: Node, _ purpose: KeyPurpose) -> RotationReport {
        guard report.state != .failed else { return report }
        do {
            try folder.markRotated(RotatedNode(node), purpose)
            return report
        } catch {
            let why = (error as? any Explained)?.problem ?? "\(error)"
            return RotationReport(error: RemoteError(.deployFailed, node.name, "\(node.name): rotated, but \(why)"))
        }
    }

    private func remaining(_ purpose: KeyPurpose) async throws -> [NodeName] {
        let done = try folder.rotated(purpose)
        let nodes = try await record.registry().nodes.values
        return nodes.filter { !done.contains(RotatedNode($0)) }.map(\.name).naturallySorted()
    }

    private func entry(_ action: String, _ outcome: Outcome, _ more: [String: JSONValue]) -> AuditEntry {
        let detail: [String: JSONValue] = [
            "key": .string(outcome.new.purpose.rawValue), "old": .string(outcome.old.fingerprint),
            "new": .string(outcome.new.fingerprint),
        ]
        return AuditEntry(action, detail: .object(detail.merging(more) { $1 }))
    }
}
