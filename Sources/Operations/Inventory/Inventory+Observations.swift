package import FleetModel

extension Inventory {
    /// Takes in what a contact said. Nodes that are not registered are passed over; a quarantine stays.
    ///
    /// - Returns: the node as it is now, or nil when it is not registered.
    @discardableResult
    package mutating func observe(_ observation: NodeObservation, at now: Timestamp) -> Node? {
        guard var node = nodes[observation.node] else { return nil }
        if observation.status == .up {
            let seen = min(now, observation.at ?? now)
            node.lastSeen = max(seen, node.lastSeen ?? seen)
        }
        if node.status.word != "quarantined" { node.status = observation.status }
        if let profile = observation.profile, node.profile == nil { node.profile = profile }
        put(node)
        return node
    }

    /// The error for a node name that is not registered, with the names that may have been meant.
    package func unknown(node name: String, reason: String = "") -> UsageError {
        let question = NearMisses.question(for: name, among: nodes.keys.lazy.map(\.text))
        return UsageError(
            "unknown_node",
            "\(reason)unknown node “\(name)”" + (question.map { ", " + $0 } ?? ""),
            advice: nodes.isEmpty ? "no node is registered yet: flotilla register NAME HOST USER" : "see: flotilla list"
        )
    }

    /// The error for a group name that is not there, with the names that may have been meant.
    package func unknown(group name: String, reason: String = "", advice: String? = nil) -> UsageError {
        let question = NearMisses.question(for: name, among: groups.keys.lazy.map(\.text))
        return UsageError(
            "unknown_group",
            "\(reason)unknown group “\(name)”" + (question.map { ", " + $0 } ?? ""),
            advice: advice ?? "see: flotilla group list"
        )
    }
}
