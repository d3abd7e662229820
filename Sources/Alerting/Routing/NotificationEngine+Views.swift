package import FleetModel

/// An alert as it is shown: what it is, and what becomes of it.
package struct RoutedAlert: Hashable, Sendable {
    package var known: KnownAlert
    package var receivers: [String]
    package var silencedBy: [String]
    /// Fingerprints.
    package var inhibitedBy: [UInt64]
    /// Names of intervals, or of what stands before its node.
    package var mutedBy: [String]

    package var isSuppressed: Bool { !silencedBy.isEmpty || !inhibitedBy.isEmpty || !mutedBy.isEmpty }
}

/// A group of alerts as it is shown.
package struct RoutedGroup: Hashable, Sendable {
    package var receiver: String
    package var labels: LabelSet
    package var key: String
    package var alerts: [RoutedAlert]
}

extension NotificationEngine {
    /// What fires now, by labels.
    package func alerts(at now: Timestamp) -> [RoutedAlert] {
        let holding = Holding(self, at: now)
        return book.alerts.values.filter { !$0.isResolved(at: now) }.map { view($0, holding) }
            .sorted { $0.known.alert.labels.isBefore($1.known.alert.labels) }
    }

    /// The groups that have something firing, by labels and receiver.
    package func groups(at now: Timestamp) -> [RoutedGroup] {
        let holding = Holding(self, at: now)
        return groups.values.compactMap { group in
            let alerts = group.alerts.compactMap { book[$0] }.filter { !$0.isResolved(at: now) }
            guard !alerts.isEmpty else { return nil }
            var views = alerts.map { view($0, holding) }.sorted { $0.known.fingerprint < $1.known.fingerprint }
            if let name = Self.intervalName(holding.reason(group.route)) {
                for index in views.indices { views[index].mutedBy.append(name) }
            }
            return RoutedGroup(receiver: group.route.receiver, labels: group.id.labels, key: group.key, alerts: views)
        }
        .sorted { left, right in
            left.labels == right.labels ? left.receiver < right.receiver : left.labels.isBefore(right.labels)
        }
    }

    /// What changed in the state since the last call: what a restart must know.
    package mutating func takeChanges() -> Changes {
        var changes = Changes()
        for fingerprint in book.takeDirty() {
            if let known = book[fingerprint] { changes.alerts.append(known) } else { changes.gone.append(fingerprint) }
        }
        for key in changedRecords {
            if let record = records[key] { changes.records.append(record) } else { changes.forgotten.append(key) }
        }
        changedRecords = []
        return changes
    }

    package struct Changes: Hashable, Sendable {
        package var alerts: [KnownAlert] = []
        package var gone: [UInt64] = []
        package var records: [NoticeRecord] = []
        package var forgotten: [NoticeRecord.Key] = []

        package init() {}

        package var isEmpty: Bool { alerts.isEmpty && gone.isEmpty && records.isEmpty && forgotten.isEmpty }
    }

    package func known(_ fingerprint: UInt64) -> KnownAlert? { book[fingerprint] }

    private func view(_ known: KnownAlert, _ holding: Holding) -> RoutedAlert {
        let labels = known.alert.labels
        let routes = plan.tree.matches(for: labels).map { plan.tree.routes[$0].route }
        var receivers: [String] = []
        for route in routes where !receivers.contains(route.receiver) { receivers.append(route.receiver) }
        return RoutedAlert(
            known: known,
            receivers: receivers,
            silencedBy: holding.silencing(labels),
            inhibitedBy: holding.inhibitor(of: labels).map { [$0] } ?? [],
            mutedBy: holding.cause(of: known).map { [$0] } ?? []
        )
    }

    private static func intervalName(_ reason: HoldReason?) -> String? {
        switch reason {
        case .muted(let name): name
        case .inactive(let names): names.joined(separator: ", ")
        default: nil
        }
    }
}
