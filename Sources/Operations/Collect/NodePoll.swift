package import FleetModel

/// One finished poll of one node: what to store, what to say.
package struct NodePoll: Sendable {
    package let record: PollRecord
    package let outcome: PollOutcome
    package let observation: NodeObservation?

    init(
        node: Node,
        began: Timestamp,
        ended: Timestamp,
        samples: [Sample] = [],
        error: RemoteError? = nil,
        route: CollectRoute? = nil,
        profile: Node.Profile? = nil
    ) {
        let duration = ended - began
        let own = [
            Sample("up", [], error == nil ? 1 : 0), Sample("flotilla_poll_duration_seconds", [], duration.seconds),
            Sample("flotilla_node_quarantined", [], node.status.word == "quarantined" ? 1 : 0),
        ]
        record = PollRecord(node: node.name, at: ended, samples: own + samples)
        outcome = PollOutcome(samples: record.samples.count, duration: duration, error: error, route: route)
        observation = error.map { $0.observation(of: node.name) } ?? NodeObservation(node.name, .up, profile: profile)
    }

    package var node: NodeName { record.node }
}
