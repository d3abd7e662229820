import FleetModel

/// One dead host is one message: which alerts wait because another tells of the same loss.
struct Dependencies {
    /// The alert that tells that a node is gone, by node.
    private var tellers: [String: UInt64] = [:]
    /// What stands before a node that is gone, by node.
    private var causes: [String: String] = [:]
    private let downAlerts: Set<String>

    init(firing: [KnownAlert], findings: [ReachFinding], downAlerts: Set<String>) {
        self.downAlerts = downAlerts
        for known in firing.sorted(by: Self.isEarlier) where downAlerts.contains(known.alert.name) {
            let node = known.alert.labels["node"]
            if !node.isEmpty, tellers[node] == nil { tellers[node] = known.fingerprint }
        }
        for finding in findings {
            for node in finding.nodes where causes[node] == nil { causes[node] = finding.text }
        }
    }

    /// What tells of the loss instead of this alert; nil where it must tell itself.
    func cause(of known: KnownAlert) -> String? {
        let node = known.alert.labels["node"]
        guard !node.isEmpty else { return nil }
        if let cause = causes[node] { return cause }
        guard let teller = tellers[node], teller != known.fingerprint else { return nil }
        return "\(node), which cannot be reached"
    }

    private static func isEarlier(_ left: KnownAlert, _ right: KnownAlert) -> Bool {
        (left.alert.startsAt, left.fingerprint) < (right.alert.startsAt, right.fingerprint)
    }
}
