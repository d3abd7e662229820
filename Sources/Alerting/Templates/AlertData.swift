internal import FleetModel
package import GoTemplate

/// What a receiver's templates are given, in Alertmanager's words: `.Status`, `.Alerts.Firing`, `.CommonLabels.SortedPairs`.
package struct AlertData: GoObject {
    package let receiver: String
    package let alerts: [Entry]
    package let groupLabels: [String: String]
    package let commonLabels: [String: String]
    package let commonAnnotations: [String: String]
    package let externalURL: String
    /// Why Alertmanager says it tells now; empty where nobody said.
    package let reason: String

    /// One alert of the message.
    package struct Entry: Sendable {
        package var isResolved: Bool
        package var labels: [String: String]
        package var annotations: [String: String]
        package var startsAt: GoTime
        /// The year 1 while it is firing.
        package var endsAt: GoTime
        package var generatorURL: String
        package var fingerprint: String

        package init(
            isResolved: Bool,
            labels: [String: String],
            annotations: [String: String],
            startsAt: GoTime,
            endsAt: GoTime,
            generatorURL: String,
            fingerprint: String
        ) {
            self.isResolved = isResolved
            self.labels = labels
            self.annotations = annotations
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.generatorURL = generatorURL
            self.fingerprint = fingerprint
        }
    }

    /// - `externalURL`: where our own pages are; empty where there are none.
    package init(_ notice: Notice, externalURL: String) {
        let alerts = notice.alerts.map { Self.entry($0, at: notice.at) }
        self.init(
            receiver: notice.receiver,
            alerts: alerts,
            groupLabels: Self.dictionary(notice.groupLabels),
            commonLabels: Self.common(alerts.map(\.labels)),
            commonAnnotations: Self.common(alerts.map(\.annotations)),
            externalURL: externalURL,
            reason: notice.reason
        )
    }

    package init(
        receiver: String,
        alerts: [Entry],
        groupLabels: [String: String],
        commonLabels: [String: String],
        commonAnnotations: [String: String],
        externalURL: String,
        reason: String = ""
    ) {
        self.receiver = receiver
        self.alerts = alerts
        self.groupLabels = groupLabels
        self.externalURL = externalURL
        self.reason = reason
        self.commonLabels = commonLabels
        self.commonAnnotations = commonAnnotations
    }

    /// `firing` as long as one of them is.
    package var status: String { alerts.contains { !$0.isResolved } ? "firing" : "resolved" }

    private static func entry(_ alert: Alert, at now: Timestamp) -> Entry {
        let isResolved = alert.isResolved(at: now)
        let code = String(alert.labels.fingerprint, radix: 16)
        return Entry(
            isResolved: isResolved,
            labels: dictionary(alert.labels),
            annotations: dictionary(alert.annotations),
            startsAt: GoTime(alert.startsAt),
            endsAt: isResolved ? GoTime(alert.endsAt) : .zero,
            generatorURL: alert.generatorURL,
            fingerprint: String(repeating: "0", count: 16 - code.utf8.count) + code
        )
    }

    private static func dictionary(_ labels: LabelSet) -> [String: String] {
        Dictionary(labels.labels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// The pairs that all of them have.
    private static func common(_ sets: [[String: String]]) -> [String: String] {
        guard var shared = sets.first else { return [:] }
        for set in sets.dropFirst() {
            shared = shared.filter { set[$0.key]?.hasSameBytes(as: $0.value) == true }
            if shared.isEmpty { break }
        }
        return shared
    }
}

extension AlertData {
    package var typeName: String { "template.Data" }

    package var core: GoCore {
        .structure([
            ("Receiver", .string(receiver)),
            ("Status", .string(status)),
            ("Alerts", .object(AlertEntries(entries: alerts))),
            ("NotificationReason", .string(reason)),
            ("GroupLabels", .object(AlertKV(groupLabels))),
            ("CommonLabels", .object(AlertKV(commonLabels))),
            ("CommonAnnotations", .object(AlertKV(commonAnnotations))),
            ("ExternalURL", .string(externalURL)),
        ])
    }
}

/// `.Alerts`: a list that can be parted.
private struct AlertEntries: GoObject {
    let entries: [AlertData.Entry]

    var typeName: String { "template.Alerts" }
    var core: GoCore { .plain(.list(entries.map { .object(AlertObject(entry: $0)) })) }

    func method(_ name: String) -> GoFunction? {
        guard name == "Firing" || name == "Resolved" else { return nil }
        let part = entries.filter { $0.isResolved == (name == "Resolved") }
        return GoFunction { _ in .list(part.map { .object(AlertObject(entry: $0)) }) }
    }
}

private struct AlertObject: GoObject {
    let entry: AlertData.Entry

    var typeName: String { "template.Alert" }

    var core: GoCore {
        .structure([
            ("Status", .string(entry.isResolved ? "resolved" : "firing")),
            ("Labels", .object(AlertKV(entry.labels))),
            ("Annotations", .object(AlertKV(entry.annotations))),
            ("StartsAt", .object(entry.startsAt)),
            ("EndsAt", .object(entry.endsAt)),
            ("GeneratorURL", .string(entry.generatorURL)),
            ("Fingerprint", .string(entry.fingerprint)),
        ])
    }
}
