package import Alerting
package import FleetModel

/// What of alerts must outlive the process: what is known, what was told, silences, messages under way, and why.
package protocol AlertStore: Sendable {
    func load() async throws -> StoredAlerts
    /// All of it or nothing, on the disk when it returns.
    func save(_ changes: AlertChanges) async throws
    /// The silences, where they are not the ones of this version; another process may have changed them.
    func silences(unless version: Int64?) async throws -> (version: Int64, silences: [Silence])?
    /// The newest `limit` entries since a moment, oldest first; `text` must stand in the alert's labels.
    func history(since: Timestamp?, containing text: String?, limit: Int) async throws -> [AlertHistoryEntry]
    /// Messages under way and those that were given up, newest last.
    func deliveries() async throws -> [Delivery]
}

/// The state from before.
package struct StoredAlerts: Sendable {
    package var alerts: [KnownAlert]
    package var records: [NoticeRecord]
    package var silences: [Silence]
    package var silenceVersion: Int64
    package var deliveries: [Delivery]

    package init(
        alerts: [KnownAlert] = [],
        records: [NoticeRecord] = [],
        silences: [Silence] = [],
        silenceVersion: Int64 = 0,
        deliveries: [Delivery] = []
    ) {
        self.alerts = alerts
        self.records = records
        self.silences = silences
        self.silenceVersion = silenceVersion
        self.deliveries = deliveries
    }
}

/// What one step changed.
package struct AlertChanges: Sendable {
    package var engine = NotificationEngine.Changes()
    package var silences: [Silence] = []
    package var forgottenSilences: [String] = []
    /// Made or changed; by place and group there is one under way at most.
    package var deliveries: [Delivery] = []
    /// Taken by the far side, or replaced.
    package var endedDeliveries: [Delivery.ID] = []
    package var history: [AlertHistoryEntry] = []
    /// History and given-up messages from before are removed.
    package var forgetBefore: Timestamp?

    package init() {}

    package var isEmpty: Bool {
        engine.isEmpty && silences.isEmpty && forgottenSilences.isEmpty && deliveries.isEmpty
            && endedDeliveries.isEmpty && history.isEmpty && forgetBefore == nil
    }
}

/// A message that was decided on: written down before it is sent.
package struct Delivery: Hashable, Sendable {
    package typealias ID = String

    package var id: ID
    package var order: NoticeOrder
    package var attempts: Int
    package var nextTry: Timestamp
    /// What the last try said.
    package var problem: String?
    /// True for one that was given up: a dead letter.
    package var isDead: Bool

    package init(
        id: ID,
        order: NoticeOrder,
        attempts: Int = 0,
        nextTry: Timestamp,
        problem: String? = nil,
        isDead: Bool = false
    ) {
        self.id = id
        self.order = order
        self.attempts = attempts
        self.nextTry = nextTry
        self.problem = problem
        self.isDead = isDead
    }
}

/// One line of what became of alerts.
package struct AlertHistoryEntry: Hashable, Sendable {
    package var at: Timestamp
    /// `fired`, `sent`, `retrying`, `refused`, `given_up`, or the word of a reason to hold: `silenced`, `inhibited`, ….
    package var event: String
    /// The alert's labels; empty for what concerns a whole group.
    package var alert: String
    package var receiver: String
    package var groupKey: String
    package var reason: String

    package init(
        at: Timestamp,
        event: String,
        alert: String,
        receiver: String = "",
        groupKey: String = "",
        reason: String
    ) {
        self.at = at
        self.event = event
        self.alert = alert
        self.receiver = receiver
        self.groupKey = groupKey
        self.reason = reason
    }
}
