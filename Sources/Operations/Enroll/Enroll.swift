package import FleetModel
import Probes

/// Puts the fleet's keys and the gate on nodes that let the operator in by other means, and proves each key by a fresh
/// log-in before a node counts as enrolled. Safe to repeat.
package struct Enroll: Sendable {
    private let shell: any RemoteShell
    private let record: WorkRecord

    /// - `shell`: this process' own, because the operator's credentials go through it.
    package init(shell: any RemoteShell, record: WorkRecord) {
        self.shell = shell
        self.record = record
    }

    /// What is asked for.
    package struct Order: Sendable {
        package var nodes: [Node]
        package var access: EnrollAccess
        package var keys: KeyRing
        /// All of them are to forward; nodes that others name as their jump host do so anyway.
        package var isJumpHost: Bool
        package var fanout: Int
        package var deadlines: Deadlines

        package init(nodes: [Node], access: EnrollAccess, keys: KeyRing) {
            self.nodes = nodes
            self.access = access
            self.keys = keys
            self.isJumpHost = false
            self.fanout = 64
            self.deadlines = Deadlines(total: .seconds(60))
        }
    }

    /// - `entropy`: 64 fresh random bits for each node.
    /// - Throws: only when the record cannot be written; every node's trouble is in its report.
    package func run(
        _ order: Order,
        in registry: Inventory,
        entropy: @escaping @Sendable () -> UInt64,
        finished: (NodeName, EnrollReport) -> Void = { _, _ in }
    ) async throws -> [(node: NodeName, report: EnrollReport)] {
        try await record.intend(intention(order))
        let routes = Routes(inventory: registry, keys: order.keys)
        let jumpHosts = Set(registry.nodes.values.compactMap(\.jump))
        var reports: [NodeName: EnrollReport] = [:]
        // Jump hosts first: what is behind one is reached with the operate key on it.
        for wave in Self.waves(order.nodes, in: registry) {
            let done = await onEach(wave, width: order.fanout) { node in
                await enroll(
                    node,
                    order,
                    routes,
                    isJumpHost: order.isJumpHost || jumpHosts.contains(node.name),
                    entropy
                )
            } finished: { node, report in
                finished(node.name, report)
            }
            for (node, report) in done { reports[node.name] = report }
            try await conclude(done.map { ($0.item.name, $0.outcome) }, of: order)
        }
        return order.nodes.compactMap { node in reports[node.name].map { (node.name, $0) } }
    }

    private func enroll(
        _ node: Node,
        _ order: Order,
        _ routes: Routes,
        isJumpHost: Bool,
        _ entropy: @Sendable () -> UInt64
    ) async -> EnrollReport {
        guard !Task.isCancelled else {
            var report = EnrollReport()
            report.error = RemoteError(.cancelled, node.name, "not started: the run was stopped before its turn")
            return report
        }
        let began = record.now()
        let one = EnrollNode(
            shell: shell,
            keys: order.keys,
            access: order.access,
            deadlines: order.deadlines,
            nonce: String(entropy(), radix: 36)
        )
        var report = await one.run(node, routes: routes, isJumpHost: isJumpHost)
        report.duration = record.now() - began
        return report
    }

    /// The nodes by the length of their way, shortest first.
    static func waves(_ nodes: [Node], in registry: Inventory) -> [[Node]] {
        func depth(_ node: Node) -> Int {
            var (depth, next) = (0, node.jump)
            while let name = next, depth < 16 { (depth, next) = (depth + 1, registry.nodes[name]?.jump) }
            return depth
        }
        let byDepth = Dictionary(grouping: nodes, by: depth)
        return byDepth.keys.sorted().compactMap { byDepth[$0] }
    }

    private func intention(_ order: Order) -> AuditEntry {
        AuditEntry(
            "enroll.begin",
            detail: [
                "nodes": .int(Int64(order.nodes.count)), "by": .string(order.access.title),
                "collect": .string(order.keys.newest(.collect).fingerprint),
                "operate": .string(order.keys.newest(.operate).fingerprint),
            ]
        )
    }

    private func conclude(_ reports: [(NodeName, EnrollReport)], of order: Order) async throws {
        let entries = reports.map { node, report in
            var detail: [String: JSONValue] = [
                "enrolled": .bool(report.isEnrolled), "written": .bool(report.isNew),
                "jump_host": .bool(report.isJumpHost),
                "options": .string(report.dialect == .restrict ? "restrict" : "plain"),
            ]
            if let error = report.error { detail["error"] = .string(error.code) }
            return AuditEntry("enroll", node: node, detail: .object(detail))
        }
        let observations = reports.compactMap { NodeObservation.of($0.0, $0.1.error) }
        try await record.conclude(entries, observations)
    }
}
