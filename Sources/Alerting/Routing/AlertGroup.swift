import FleetModel

/// Alerts that are told together: one route, one set of values of its group labels.
struct AlertGroup: Sendable {
    struct ID: Hashable, Sendable {
        var route: Int
        var labels: LabelSet
    }

    let id: ID
    let key: String
    let route: Route
    var alerts: Set<UInt64> = []
    var nextFlush: Timestamp
    var hasFlushed = false

    init(_ id: ID, tree: RouteTree, at now: Timestamp) {
        self.id = id
        key = tree.groupKey(id.route, id.labels)
        route = tree.routes[id.route].route
        nextFlush = now + route.groupWait
    }

    /// An alert that has waited elsewhere already (before a restart, say) does not wait again.
    mutating func insert(_ known: KnownAlert, at now: Timestamp) {
        alerts.insert(known.fingerprint)
        if !hasFlushed, known.alert.startsAt + route.groupWait < now { nextFlush = min(nextFlush, now) }
    }
}
