package import FleetModel

/// Keeps the samples of the fleet's nodes; as series of labels they are read through `SeriesStore`.
package protocol SampleStore: SeriesStore {
    /// Stores whole polls in one transaction; when it returns they survive a `kill -9`.
    func append(_ polls: [PollRecord]) async throws
    /// The latest poll of each of these nodes that has one.
    func latest(of nodes: [NodeName]) async throws -> [NodeName: PollRecord]
    /// One series of one node, oldest first.
    func history(_ metric: String, labels: [Sample.Label], of node: NodeName, since: Timestamp) async throws
        -> [(at: Timestamp, value: Double)]
}

/// Everything one poll of one node brought.
package struct PollRecord: Hashable, Sendable {
    package var node: NodeName
    package var at: Timestamp
    package var samples: [Sample]

    package init(node: NodeName, at: Timestamp, samples: [Sample]) {
        self.node = node
        self.at = at
        self.samples = samples
    }
}
