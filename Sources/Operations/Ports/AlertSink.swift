package import Alerting
package import FleetModel

/// Where the alerts of the rules go: the notifications, or another Alertmanager.
package protocol AlertSink: Sendable {
    /// Takes alerts that fire or that have ended. Firing ones are told again and again, each time with a later `endsAt`; what is
    /// not told again ends by itself. May be told twice: whoever takes them keeps count.
    func accept(_ alerts: [Alert], at now: Timestamp) async
    /// What rules told as firing and have not ended, across restarts: a rule that no longer knows of it owes its end.
    func unended() async -> [Alert]
}

extension AlertSink {
    package func unended() async -> [Alert] { [] }
}

/// Nobody is told.
package struct NoAlertSink: AlertSink {
    package init() {}
    package func accept(_ alerts: [Alert], at now: Timestamp) async {}
}
