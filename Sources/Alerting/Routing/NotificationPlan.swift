internal import FleetModel

/// What an `alertmanager.yml` says, checked: every name that is used is there.
package struct NotificationPlan: Hashable, Sendable {
    package var tree: RouteTree
    package var receivers: [Receiver]
    package var inhibitions: [InhibitionRule]
    package var intervals: TimeIntervals
    package var policy: AlertPolicy
    /// Names of alerts that say that a node cannot be reached.
    package var downAlerts: Set<String>
    /// Paths of files with templates, `*` in their last part; relative ones are of the folder of the configuration.
    package var templates: [String]

    package init(
        root: Route,
        receivers: [Receiver],
        inhibitions: [InhibitionRule] = [],
        intervals: TimeIntervals = [:],
        policy: AlertPolicy = AlertPolicy(),
        downAlerts: Set<String> = Self.usualDownAlerts,
        templates: [String] = []
    ) {
        self.tree = RouteTree(root: root)
        self.receivers = receivers
        self.inhibitions = inhibitions
        self.intervals = intervals
        self.policy = policy
        self.downAlerts = downAlerts
        self.templates = templates
    }

    package static let usualDownAlerts: Set<String> = [
        "NodeDown", "HostDown", "InstanceDown", "ServiceDown", "TargetDown", ReachFinding.alertName,
    ]

    package func integrations(of receiver: String) -> [Integration] {
        receivers.first { $0.name == receiver }?.integrations ?? []
    }

    package func integration(at place: NoticePlace) -> Integration? {
        integrations(of: place.receiver).first { $0.kind == place.kind && $0.index == place.index }
    }
}
