package import FleetModel

/// The nodes whose work ended in one and the same way.
package struct OutcomeGroup: Sendable {
    /// In the order of their names.
    package var nodes: [NodeName]
    /// Of the first node; the others' differ at most in the text of the error.
    package var result: CommandResult
    /// Where the work failed: why, for each node.
    package var errors: [RemoteError] = []
}

/// Results sorted into groups of equals. Cost: linear in the bytes of all outputs.
package struct OutcomeGroups: Sendable {
    /// Nodes that ran the command to its end, the largest group first.
    package var finished: [OutcomeGroup]
    /// Nodes that were not reached or whose work was cut short, by error.
    package var failed: [OutcomeGroup]

    private struct Key: Hashable {
        var exit: Int32?
        var word: String
        var stdout: CapturedOutput
        var stderr: CapturedOutput
    }

    package init(_ results: [NodeName: CommandResult]) {
        var groups: [Key: OutcomeGroup] = [:]
        for (node, result) in results.sorted(by: { $0.key < $1.key }) {
            let key = Self.key(result)
            groups[key, default: OutcomeGroup(nodes: [], result: result)].nodes.append(node)
            if let error = result.error { groups[key]?.errors.append(error) }
        }
        let sorted = groups.values.sorted {
            ($1.nodes.count, $0.nodes[0]) < ($0.nodes.count, $1.nodes[0])
        }
        finished = sorted.filter { $0.result.error == nil }
        failed = sorted.filter { $0.result.error != nil }
    }

    /// The group that most of the nodes are in; nil where none holds more than half of two or more.
    package var majority: OutcomeGroup? {
        let total = finished.reduce(0) { $0 + $1.nodes.count }
        guard let first = finished.first, first.nodes.count > 1, first.nodes.count * 2 > total else { return nil }
        return first
    }

    // Failures are one group by their code: their texts name hosts and ports, and are hardly ever equal.
    private static func key(_ result: CommandResult) -> Key {
        var key = Key(exit: nil, word: "", stdout: result.stdout, stderr: result.stderr)
        switch result.ending {
        case .exited(let code): key.exit = code
        case .signalled(let name): key.word = name
        case .failed(let error): key.word = error.code
        }
        return key
    }
}
