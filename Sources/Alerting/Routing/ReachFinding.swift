internal import FleetModel

/// Why many nodes are gone at once: something before them is.
package struct ReachFinding: Hashable, Sendable {
    package var cause: Cause
    /// The nodes that nothing is told of, because this tells of them.
    package var nodes: Set<String>

    package init(cause: Cause, nodes: Set<String>) {
        self.cause = cause
        self.nodes = nodes
    }

    package enum Cause: Hashable, Sendable {
        /// The controller's own way out.
        case ownLink
        /// A jump host, or the way to what is behind it.
        case hop(String)
    }

    package static let alertName = "UplinkDown"

    /// What a node's reach was at the last poll.
    package struct NodeReach: Hashable, Sendable {
        package var name: String
        /// Its jump host.
        package var parent: String?
        package var isDown: Bool

        package init(name: String, parent: String?, isDown: Bool) {
            self.name = name
            self.parent = parent
            self.isDown = isDown
        }
    }

    package var text: String {
        switch cause {
        case .ownLink: "the controller's own link"
        case .hop(let name): name
        }
    }

    /// The nodes whose loss is explained, hops nearest to the controller first.
    ///
    /// A hop explains what is behind it when all of that is down, and it is down itself or two or more are behind it.
    /// `ownLinkWorks` is false where the controller reaches nothing at all.
    package static func find(_ nodes: [NodeReach], ownLinkWorks: Bool) -> [ReachFinding] {
        let down = Set(nodes.filter(\.isDown).map(\.name))
        if !ownLinkWorks, !down.isEmpty { return [ReachFinding(cause: .ownLink, nodes: down)] }
        let parents = Dictionary(nodes.compactMap { node in node.parent.map { (node.name, $0) } }) { first, _ in first }
        var behind: [String: Set<String>] = [:]
        for node in nodes {
            for hop in ancestors(of: node.name, parents) { behind[hop, default: []].insert(node.name) }
        }
        var findings: [ReachFinding] = []
        var explained: Set<String> = []
        for hop in behind.keys.sorted(by: { (depth($0, parents), $0) < (depth($1, parents), $1) }) {
            guard let group = behind[hop], !explained.contains(hop), group.isSubset(of: down) else { continue }
            guard down.contains(hop) || group.count > 1 else { continue }
            findings.append(ReachFinding(cause: .hop(hop), nodes: group))
            explained.formUnion(group)
        }
        return findings
    }

    /// True when it is worth asking whether the own link works: half of the fleet, and at least three, are gone.
    package static func isMassLoss(_ nodes: [NodeReach]) -> Bool {
        let down = nodes.count { $0.isDown }
        return down >= 3 && down * 2 >= nodes.count
    }

    /// The one alert that tells of it.
    package var alert: PostedAlert {
        var labels: [LabelSet.Label] = [
            .init(Alert.nameLabel, Self.alertName), .init("severity", "critical"),
        ]
        if case .hop(let name) = cause { labels.append(.init("node", name)) }
        let some = nodes.sorted().prefix(10).joined(separator: ", ") + (nodes.count > 10 ? ", …" : "")
        let annotations = LabelSet([
            .init("summary", "\(nodes.count) nodes cannot be reached behind \(text)"),
            .init("description", "behind \(text) nothing answers: \(some)"),
        ])
        return PostedAlert(labels: LabelSet(labels), annotations: annotations)
    }

    /// From the node outwards; a ring ends it.
    private static func ancestors(of name: String, _ parents: [String: String]) -> [String] {
        var found: [String] = []
        var next = parents[name]
        while let hop = next, !found.contains(hop), hop != name {
            found.append(hop)
            next = parents[hop]
        }
        return found
    }

    private static func depth(_ name: String, _ parents: [String: String]) -> Int {
        ancestors(of: name, parents).count
    }
}
