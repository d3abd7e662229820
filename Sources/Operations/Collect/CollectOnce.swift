package import FleetModel

/// One poll of each of these nodes, now, stored before it is reported.
package struct CollectOnce: Sendable {
    private let fleet: Fleet
    private let entropy: @Sendable () -> UInt64

    package init(fleet: Fleet, entropy: @escaping @Sendable () -> UInt64) {
        self.fleet = fleet
        self.entropy = entropy
    }

    /// - `finished`: each node's outcome as it comes, before it is stored.
    /// - Throws: when the store or the keys fail; every node's trouble is in its outcome.
    package func run(
        _ nodes: [Node],
        in inventory: Inventory,
        within deadline: Duration,
        fanout: Int,
        finished: (NodeName, PollOutcome) -> Void = { _, _ in }
    ) async throws -> [NodeName: PollOutcome] {
        if let daemon = fleet.daemon {
            let outcomes = try await daemon.collect(nodes.map(\.name))
            for (node, outcome) in outcomes { finished(node, outcome) }
            return outcomes
        }
        let routes = try fleet.routes(inventory)
        let (shell, now, entropy) = (fleet.shell, fleet.now, entropy)
        let polls = await onEach(nodes, width: fanout) { node in
            let poller = NodePoller(shell: shell, now: now, entropy: entropy)
            let poll = await poller.poll(node, routes: routes, within: deadline)
            await poller.close()
            return poll
        } finished: { node, poll in
            finished(node.name, poll.outcome)
        }
        try await PollStore(samples: fleet.samples, inventory: fleet.inventory, now: now).keep(polls.map(\.outcome))
        return Dictionary(polls.map { ($0.item.name, $0.outcome.outcome) }, uniquingKeysWith: { $1 })
    }
}

/// Writes finished polls: the samples and what they say about the nodes' reach.
package struct PollStore: Sendable {
    private let samples: any SampleStore
    private let inventory: any InventoryStore
    private let now: @Sendable () -> Timestamp

    package init(samples: any SampleStore, inventory: any InventoryStore, now: @escaping @Sendable () -> Timestamp) {
        self.samples = samples
        self.inventory = inventory
        self.now = now
    }

    package func keep(_ polls: [NodePoll]) async throws {
        try await keep(polls, observing: polls.compactMap(\.observation))
    }

    /// - `observations`: what is written about the nodes' reach; the rest of what the polls said may wait.
    func keep(_ polls: [NodePoll], observing observations: [NodeObservation]) async throws {
        guard !polls.isEmpty || !observations.isEmpty else { return }
        let (samples, inventory, moment) = (samples, inventory, now())
        try await uninterrupted {
            try await samples.append(polls.map(\.record))
            try await inventory.record(observations, at: moment)
        }
    }
}
