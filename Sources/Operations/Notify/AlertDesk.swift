package import Alerting
package import FleetModel

/// Alerts as a command sees them: straight on the store, which a running daemon shares.
package struct AlertDesk: Sendable {
    package let store: any AlertStore
    /// What `alertmanager.yml` says; nil where there is none.
    package let plan: NotificationPlan?
    private let newID: @Sendable () -> String
    private let now: @Sendable () -> Timestamp

    package init(
        store: any AlertStore,
        plan: NotificationPlan?,
        newID: @escaping @Sendable () -> String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.store, self.plan, self.newID, self.now) = (store, plan, newID, now)
    }

    package var moment: Timestamp { now() }

    /// What fires, by labels.
    package func alerts() async throws -> [RoutedAlert] {
        let stored = try await store.load()
        let engine = NotificationEngine(
            plan: plan ?? NotificationPlan(root: Route(receiver: ""), receivers: []),
            alerts: stored.alerts,
            records: stored.records,
            silences: stored.silences,
            at: now()
        )
        return engine.alerts(at: now())
    }

    /// Those that end last, last.
    package func silences(withExpired: Bool) async throws -> [(silence: Silence, state: Silence.State)] {
        let moment = now()
        return try await store.load().silences.map { ($0, $0.state(at: moment)) }
            .filter { withExpired || $0.1 != .expired }
            .sorted { ($0.0.endsAt, $0.0.id) < ($1.0.endsAt, $1.0.id) }
    }

    /// - Returns: the new silence.
    /// - Throws: `SilenceError`.
    package func silence(_ matchers: [LabelMatcher], for span: Duration, by author: String, comment: String)
        async throws -> Silence
    {
        let moment = now()
        var book = SilenceBook(try await store.load().silences)
        let wanted = Silence(
            matchers: matchers,
            startsAt: moment,
            endsAt: moment + span,
            updatedAt: moment,
            createdBy: author,
            comment: comment
        )
        let stored = try book.set(wanted, newID: newID(), at: moment)
        try await keep(stored)
        return stored[0]
    }

    /// - Throws: `SilenceError`.
    package func expire(_ id: String) async throws {
        var book = SilenceBook(try await store.load().silences)
        try await keep([try book.expire(id, at: now())])
    }

    private func keep(_ silences: [Silence]) async throws {
        var changes = AlertChanges()
        changes.silences = silences
        try await store.save(changes)
    }
}
