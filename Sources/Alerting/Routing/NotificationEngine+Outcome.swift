package import FleetModel

extension NotificationEngine {
    /// How a message ended.
    package enum Outcome: Hashable, Sendable {
        case taken
        /// Nobody can say whether it arrived; it is tried again.
        case uncertain
        /// Refused for good.
        case refused
    }

    /// What the record will be when a message ends so; the same that `settle` notes.
    package func record(of order: NoticeOrder, after outcome: Outcome) -> NoticeRecord {
        var record =
            records[order.key]
            ?? NoticeRecord(place: order.place, groupKey: order.notice.groupKey, groupLabels: order.notice.groupLabels)
        let sendsResolved = plan.integration(at: order.place)?.sendsResolved ?? false
        switch outcome {
        case .taken:
            record.owed = sendsResolved ? record.owed.union(order.firing).subtracting(order.resolved) : []
        case .uncertain:
            if sendsResolved { record.owed.formUnion(order.firing) }
            return record
        case .refused: record.owed.subtract(order.resolved)
        }
        record.firing = order.firing
        record.resolved = order.resolved
        record.at = order.notice.at
        record.isRefused = outcome == .refused
        return record
    }

    /// Notes how a message ended.
    package mutating func settle(_ order: NoticeOrder, _ outcome: Outcome, at now: Timestamp) {
        records[order.key] = record(of: order, after: outcome)
        changedRecords.insert(order.key)
        if outcome != .uncertain { underWay.remove(order.key) }
        for id in idsByKey[order.notice.groupKey] ?? [] { prune(id, at: now) }
    }

    /// Ends that are owed to groups which the configuration no longer makes.
    mutating func owedElsewhere(at now: Timestamp) -> [Decision] {
        var decisions: [Decision] = []
        for (key, record) in records where !record.owed.isEmpty && !underWay.contains(key) {
            let ended = record.owed.filter { fingerprint in
                !isGrouped(fingerprint, record) && (book[fingerprint]?.isResolved(at: now) ?? true)
            }
            guard !ended.isEmpty else { continue }
            decisions += tellElsewhere(ended.sorted(), record, at: now)
        }
        return decisions
    }

    private mutating func tellElsewhere(_ ended: [UInt64], _ record: NoticeRecord, at now: Timestamp) -> [Decision] {
        let alerts = ended.compactMap { book[$0] }
        guard let integration = plan.integration(at: record.place), integration.sendsResolved, !alerts.isEmpty else {
            records[record.key]?.owed.subtract(ended)
            changedRecords.insert(record.key)
            return alerts.flatMap {
                say(
                    .receiverGone(record.place.text),
                    of: $0.fingerprint,
                    groupKey: record.groupKey,
                    receiver: record.place.receiver
                )
            }
        }
        underWay.insert(record.key)
        return [
            .send(
                NoticeOrder(
                    place: record.place,
                    notice: notice(alerts, record.groupKey, record.groupLabels, record.place.receiver, now),
                    firing: record.firing.subtracting(ended),
                    resolved: Set(ended),
                    reason: .resolveAfterChange
                )
            )
        ]
    }

    /// A group of today will tell its end to this place.
    private func isGrouped(_ fingerprint: UInt64, _ record: NoticeRecord) -> Bool {
        (idsByKey[record.groupKey] ?? []).contains { id in
            guard let group = groups[id] else { return false }
            return group.route.receiver == record.place.receiver && group.alerts.contains(fingerprint)
        }
    }
}
