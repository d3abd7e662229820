package import Alerting
import FleetModel

/// What others ask of the loop.
extension NotificationLoop {
    package func alerts() -> [RoutedAlert] { engine.alerts(at: moment) }

    package func unended() -> [Alert] {
        engine.alerts(at: moment).map(\.known)
            .filter { $0.source == .rules && $0.alert.name != ReachFinding.alertName }
            .map { known in
                var alert = known.alert
                alert.annotations = alert.annotations.removing(KnownAlert.writtenHere)
                return alert
            }
    }

    /// The ends of lost uplinks that a process before this one told of.
    func mendedUplinks(besides findings: [ReachFinding]) -> [PostedAlert] {
        let lost = Set(findings.map(\.alert.labels))
        return engine.alerts(at: moment).map(\.known.alert)
            .filter { $0.name == ReachFinding.alertName && !lost.contains($0.labels) }
            .map { alert in
                var over = PostedAlert(alert)
                over.endsAt = moment
                return over
            }
    }

    package func groups() -> [RoutedGroup] { engine.groups(at: moment) }

    package func silences() async throws -> [Silence] {
        try await readSilences()
        return Array(engine.silences.silences.values)
    }

    package var plan: NotificationPlan { engine.plan }

    /// - Returns: the number of the silence.
    /// - Throws: `SilenceError`.
    package func set(_ silence: Silence) async throws -> String {
        try await readSilences()
        let stored = try engine.silences.set(silence, newID: freshID, at: moment)
        try await keep(stored)
        return stored[0].id
    }

    /// - Throws: `SilenceError`.
    package func expire(_ id: String) async throws {
        try await readSilences()
        try await keep([try engine.silences.expire(id, at: moment)])
    }
}
