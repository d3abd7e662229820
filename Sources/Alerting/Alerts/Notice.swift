package import FleetModel

/// One message to be sent: the alerts of one group for one receiver, as Alertmanager hands them to an integration.
package struct Notice: Hashable, Sendable {
    package var receiver: String
    /// The group's place in the route tree and its labels; the same for all messages about it.
    package var groupKey: String
    package var groupLabels: LabelSet
    /// Firing ones first, then resolved ones, each by start.
    package var alerts: [Alert]
    /// Alerts of the group that are left out because the receiver wants no more.
    package var truncated: Int
    /// When it was decided on: what is firing and what is resolved is told from this moment.
    package var at: Timestamp
    /// Why it is sent, for people; may be empty.
    package var reason: String

    package init(
        receiver: String,
        groupKey: String,
        groupLabels: LabelSet,
        alerts: [Alert],
        truncated: Int = 0,
        at: Timestamp,
        reason: String = ""
    ) {
        self.receiver = receiver
        self.groupKey = groupKey
        self.groupLabels = groupLabels
        self.alerts = alerts
        self.truncated = truncated
        self.at = at
        self.reason = reason
    }

    package var firing: [Alert] { alerts.filter { !$0.isResolved(at: at) } }
    package var resolved: [Alert] { alerts.filter { $0.isResolved(at: at) } }
}
