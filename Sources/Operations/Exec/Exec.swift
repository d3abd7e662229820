package import FleetModel

/// Runs one command on many nodes and records it: the intention before, each node's end after.
package struct Exec: Sendable {
    private let shell: any RemoteShell
    private let record: WorkRecord

    package init(shell: any RemoteShell, record: WorkRecord) {
        self.shell = shell
        self.record = record
    }

    /// What is asked for.
    package struct Order: Sendable {
        package var command: String
        /// What runs on a node instead of `command`, which is then only its name in the record.
        package var script: (@Sendable (Node) -> Command)?
        package var nodes: [Node]
        /// Nodes at work at the same time.
        package var fanout: Int
        package var stdin: StandardInput
        package var elevation: Elevation?
        package var deadlines: Deadlines
        package var limits: OutputLimits
        /// No further node is started after the first that fails.
        package var failFast: Bool
        /// Somebody looks at output while it comes; the results have it in any case.
        package var isWatched: Bool

        package init(command: String, nodes: [Node], fanout: Int = 256) {
            self.command = command
            self.nodes = nodes
            self.fanout = fanout
            self.stdin = .empty
            self.deadlines = Deadlines()
            self.limits = OutputLimits()
            self.failFast = false
            self.isWatched = true
        }
    }

    /// What happens on the way, in order for each node.
    package enum Event: Sendable {
        case output(NodeName, OutputChunk)
        case finished(NodeName, CommandResult)
    }

    /// - Throws: only when the record cannot be written; every node's trouble is in its result.
    package func run(
        _ order: Order,
        routes: Routes,
        observe: @escaping @Sendable (Event) -> Void
    ) async throws -> [(node: NodeName, result: CommandResult)] {
        try await record.intend(intention(order))
        let stop = StopSign()
        let outcomes = await onEach(order.nodes, width: order.fanout) { node in
            guard !Task.isCancelled, !(order.failFast && stop.isRaised) else { return Self.notStarted(node.name) }
            let result = await result(of: order, on: node, routes: routes, observe: observe)
            if !result.isSuccess { stop.raise() }
            observe(.finished(node.name, result))
            return result
        }
        let results = outcomes.map { (node: $0.item.name, result: $0.outcome) }
        try await conclude(results, of: order)
        return results
    }

    private func result(
        of order: Order,
        on node: Node,
        routes: Routes,
        observe: @escaping @Sendable (Event) -> Void
    ) async -> CommandResult {
        let destination: Destination
        do {
            destination = try routes.destination(to: node, for: .operate)
        } catch {
            return CommandResult(ending: .failed(error))
        }
        let name = node.name
        var job = RemoteJob(
            order.script?(node) ?? .loginShell(order.command),
            stdin: order.stdin,
            elevation: order.elevation,
            deadlines: order.deadlines,
            limits: order.limits
        )
        if order.isWatched { job.onOutput = { observe(.output(name, $0)) } }
        return await shell.run(job, on: destination)
    }

    private static func notStarted(_ node: NodeName) -> CommandResult {
        CommandResult(
            ending: .failed(RemoteError(.cancelled, node, "not started: the run was stopped before its turn"))
        )
    }

    private func intention(_ order: Order) -> AuditEntry {
        AuditEntry(
            "exec.begin",
            detail: [
                "command": .string(order.command), "nodes": .int(Int64(order.nodes.count)),
                "sudo": .bool(order.elevation != nil),
            ]
        )
    }

    private func conclude(_ results: [(node: NodeName, result: CommandResult)], of order: Order)
        async throws
    {
        let entries = results.map { node, result in
            AuditEntry("exec", node: node, detail: Self.detail(of: result, command: order.command))
        }
        let observations = results.compactMap { $0.result.observation(of: $0.node) }
        try await record.conclude(entries, observations)
    }

    private static func detail(of result: CommandResult, command: String) -> JSONValue {
        var detail: [String: JSONValue] = [
            "command": .string(command), "duration_ms": .int(result.duration.milliseconds),
        ]
        switch result.ending {
        case .exited(let code): detail["exit"] = .int(Int64(code))
        case .signalled(let name): detail["signal"] = .string(name)
        case .failed(let error): detail["error"] = .string(error.code)
        }
        return .object(detail)
    }
}

extension CommandResult {
    /// What the result says about the node's reach; nil where it says nothing (cancelled, already quarantined).
    package func observation(of node: NodeName) -> NodeObservation? {
        guard let error else { return NodeObservation(node, .up) }
        return error.observation(of: node)
    }
}

extension RemoteError {
    /// What this error says about the node's reach; nil where it says nothing.
    package func observation(of node: NodeName) -> NodeObservation? {
        switch kind {
        // The total deadline covers the way to the node too, so running out of it says nothing about reach.
        case .cancelled, .quarantined, .hostKeyChanged, .timeout: nil
        case .firstByteTimeout, .idleTimeout, .sudoPasswordNeeded, .refusedByGate, .hashMismatch, .diskFull:
            NodeObservation(node, .up)
        default: NodeObservation(node, .down(code: code, reason: problem))
        }
    }
}
