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
        observation =
            error.map { Self.observation(of: node.name, after: $0) }
            ?? NodeObservation(node.name, .up, profile: profile, at: ended)
    }

    package var node: NodeName { record.node }

    /// A node that gives no figures is down, whatever kept it: that is what `up` is stored as too.
    private static func observation(of node: NodeName, after error: RemoteError) -> NodeObservation? {
        switch error.kind {
        case .cancelled, .quarantined, .hostKeyChanged: nil
        default: NodeObservation(node, .down(code: error.code, reason: error.problem))
        }
    }
}
