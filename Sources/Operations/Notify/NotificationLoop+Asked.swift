package import Alerting

/// What others ask of the loop.
extension NotificationLoop {
    package func alerts() -> [RoutedAlert] { engine.alerts(at: moment) }

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
