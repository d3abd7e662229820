package import FleetModel

/// Copies one source to many nodes and records it: the intention before, each node's end after. The source is read and
/// hashed once, however many nodes there are.
package struct DeployRun: Sendable {
    private let shell: any RemoteShell
    private let record: WorkRecord

    package init(shell: any RemoteShell, record: WorkRecord) {
        self.shell = shell
        self.record = record
    }

    /// What is asked for.
    package struct Order: Sendable {
        /// A file or a folder of this machine.
        package var source: String
        /// The path on the nodes.
        package var destination: String
        package var nodes: [Node]
        /// Nodes at work at the same time.
        package var fanout: Int
        package var options: Deploy.Options

        package init(
            source: String,
            destination: String,
            nodes: [Node],
            fanout: Int = 64,
            options: Deploy.Options = .init()
        ) {
            self.source = source
            self.destination = destination
            self.nodes = nodes
            self.fanout = fanout
            self.options = options
        }
    }

    /// One node's end.
    package struct Outcome: Sendable {
        package var result: DeployResult
        package var duration: Duration
    }

    /// - Throws: `UsageError` for a source or a destination that cannot be, before any node is touched; `StateError` when
    ///   the record cannot be written. Every node's trouble is in its outcome.
    package func run(
        _ order: Order,
        routes: Routes,
        finished: (NodeName, Outcome) -> Void = { _, _ in }
    ) async throws -> [(node: NodeName, outcome: Outcome)] {
        let source = try DeploySource.read(order.source, options: order.options)
        let target = try DeployTarget(order.destination, takesFolder: source.isFolder)
        try await record.intend(intention(order))
        let outcomes = await onEach(order.nodes, width: order.fanout) { node in
            let began = record.now()
            let result = await deploy(source, to: target, on: node, routes, order.options)
            return Outcome(result: result, duration: record.now() - began)
        } finished: { node, outcome in
            finished(node.name, outcome)
        }
        let named = outcomes.map { (node: $0.item.name, outcome: $0.outcome) }
        try await conclude(named, of: order)
        return named
    }

    private func deploy(
        _ source: DeploySource,
        to target: DeployTarget,
        on node: Node,
        _ routes: Routes,
        _ options: Deploy.Options
    ) async -> DeployResult {
        var failure = DeployResult()
        do throws(RemoteError) {
            guard !Task.isCancelled else {
                throw RemoteError(.cancelled, node.name, "not started: the run was stopped before its turn")
            }
            let destination = try routes.destination(to: node, for: .operate)
            return await Deploy(shell: shell).run(source, to: target, on: destination, options: options)
        } catch {
            failure.error = error
            return failure
        }
    }

    private func intention(_ order: Order) -> AuditEntry {
        AuditEntry(
            "deploy.begin",
            detail: [
                "source": .string(order.source), "destination": .string(order.destination),
                "nodes": .int(Int64(order.nodes.count)), "sudo": .bool(order.options.elevation != nil),
            ]
        )
    }

    private func conclude(_ outcomes: [(node: NodeName, outcome: Outcome)], of order: Order) async throws {
        let entries = outcomes.map { node, outcome in
            AuditEntry("deploy", node: node, detail: Self.detail(of: outcome, order: order))
        }
        let observations = outcomes.compactMap { node, outcome -> NodeObservation? in
            guard let error = outcome.result.error else { return NodeObservation(node, .up) }
            guard let error = error as? RemoteError, error.kind != .deployFailed else { return nil }
            return error.observation(of: node)
        }
        try await record.conclude(entries, observations)
    }

    private static func detail(of outcome: Outcome, order: Order) -> JSONValue {
        var detail: [String: JSONValue] = [
            "source": .string(order.source), "destination": .string(order.destination),
            "files": .int(Int64(outcome.result.files)), "changed": .int(Int64(outcome.result.changed)),
            "bytes": .int(Int64(outcome.result.bytes)), "duration_ms": .int(outcome.duration.milliseconds),
        ]
        if let error = outcome.result.error { detail["error"] = .string(error.code) }
        return .object(detail)
    }
}
