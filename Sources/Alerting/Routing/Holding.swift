import FleetModel

/// What holds alerts back at one moment.
struct Holding {
    private let inhibitions: Inhibitions
    private let dependencies: Dependencies
    private let silences: SilenceBook
    private let intervals: TimeIntervals
    private let names: [UInt64: String]
    private let now: Timestamp

    init(_ engine: NotificationEngine, at now: Timestamp) {
        let firing = engine.book.alerts.values.filter { !$0.isResolved(at: now) }
        inhibitions = Inhibitions(
            engine.plan.inhibitions,
            firing: firing.map { ($0.fingerprint, $0.alert.labels) }.sorted { $0.0 < $1.0 }
        )
        dependencies = Dependencies(
            firing: firing,
            findings: engine.findings,
            downAlerts: engine.plan.downAlerts
        )
        silences = engine.silences
        intervals = engine.plan.intervals
        names = Dictionary(firing.map { ($0.fingerprint, $0.alert.labels.groupText) }) { first, _ in first }
        self.now = now
    }

    /// Why this alert is not told, apart from the route's times.
    func reason(_ known: KnownAlert) -> HoldReason? {
        if let cause = dependencies.cause(of: known) { return .behind(cause) }
        if let source = inhibitions.inhibitor(of: known.alert.labels) { return .inhibited(by: names[source] ?? "") }
        let silencing = silences.muting(known.alert.labels, at: now)
        return silencing.isEmpty ? nil : .silenced(silencing)
    }

    func inhibitor(of labels: LabelSet) -> UInt64? { inhibitions.inhibitor(of: labels) }

    func silencing(_ labels: LabelSet) -> [String] { silences.muting(labels, at: now) }

    func cause(of known: KnownAlert) -> String? { dependencies.cause(of: known) }

    /// Why a route tells nothing at this time.
    func reason(_ route: Route) -> HoldReason? {
        if !route.activeIntervals.isEmpty, !route.activeIntervals.contains(where: isInside) {
            return .inactive(route.activeIntervals)
        }
        return route.muteIntervals.first(where: isInside).map { .muted($0) }
    }

    private func isInside(_ name: String) -> Bool {
        intervals[name]?.contains { $0.contains(now) } ?? false
    }
}
