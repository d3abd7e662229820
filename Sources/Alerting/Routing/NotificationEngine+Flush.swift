import FleetModel

extension NotificationEngine {
    /// One group's turn.
    mutating func flush(_ id: AlertGroup.ID, _ holding: Holding, at now: Timestamp) -> [Decision] {
        guard var group = groups[id] else { return [] }
        group.nextFlush = now + group.route.groupInterval
        group.hasFlushed = true
        groups[id] = group
        var decisions: [Decision] = []
        let known = group.alerts.compactMap { book[$0] }.sorted(by: Self.isBefore)
        if let reason = holding.reason(group.route) {
            for alert in known where !alert.isResolved(at: now) {
                decisions += say(reason, of: alert.fingerprint, groupKey: group.key, receiver: group.route.receiver)
            }
        } else {
            decisions = tell(known, of: group, holding, at: now)
        }
        prune(id, at: now)
        return decisions
    }

    private mutating func tell(_ known: [KnownAlert], of group: AlertGroup, _ holding: Holding, at now: Timestamp)
        -> [Decision]
    {
        var decisions: [Decision] = []
        let receiver = group.route.receiver
        var held: Set<UInt64> = []
        for alert in known {
            if let reason = holding.reason(alert) {
                held.insert(alert.fingerprint)
                guard !alert.isResolved(at: now) else { continue }
                decisions += say(reason, of: alert.fingerprint, groupKey: group.key, receiver: receiver)
            } else if let until = alert.dampedUntil, alert.alert.isResolved(at: now), until > now {
                decisions += say(
                    .flapping(until: until),
                    of: alert.fingerprint,
                    groupKey: group.key,
                    receiver: receiver
                )
            }
        }
        for integration in plan.integrations(of: receiver) {
            let place = NoticePlace(receiver: receiver, kind: integration.kind, index: integration.index)
            decisions += tell(known, held: held, of: group, at: place, integration.sendsResolved, now)
        }
        return decisions
    }

    private mutating func tell(
        _ known: [KnownAlert],
        held: Set<UInt64>,
        of group: AlertGroup,
        at place: NoticePlace,
        _ sendsResolved: Bool,
        _ now: Timestamp
    ) -> [Decision] {
        let record =
            records[.init(place: place, groupKey: group.key)]
            ?? NoticeRecord(place: place, groupKey: group.key, groupLabels: group.id.labels)
        // What was told as firing is told as resolved, whatever holds it back by now.
        let told = known.filter { alert in
            let isHeld = held.contains(alert.fingerprint)
            return !isHeld || alert.isResolved(at: now) && record.owed.contains(alert.fingerprint)
        }
        guard !told.isEmpty else { return [] }
        let firing = told.filter { !$0.isResolved(at: now) }
        let resolved = told.filter { $0.isResolved(at: now) }
        let firingSet = Set(firing.map(\.fingerprint))
        let resolvedSet = Set(resolved.map(\.fingerprint))
        let verdict = record.verdict(
            firing: firingSet,
            resolved: resolvedSet,
            sendsResolved: sendsResolved,
            repeatInterval: group.route.repeatInterval,
            at: now
        )
        switch verdict {
        case .hold(let reason):
            return told.flatMap {
                say(reason, of: $0.fingerprint, groupKey: group.key, receiver: place.receiver)
            }
        case .send(let reason):
            for alert in told {
                forgetSaid(alert.fingerprint, groupKey: group.key, receiver: place.receiver)
            }
            let alerts = firing + (sendsResolved ? resolved : [])
            return [
                .send(
                    NoticeOrder(
                        place: place,
                        notice: notice(alerts, group.key, group.id.labels, place.receiver, now),
                        firing: firingSet,
                        resolved: resolvedSet,
                        reason: reason,
                        isSilent: alerts.isEmpty
                    )
                )
            ]
        }
    }

    func notice(
        _ alerts: [KnownAlert],
        _ groupKey: String,
        _ groupLabels: LabelSet,
        _ receiver: String,
        _ now: Timestamp
    ) -> Notice {
        let told = alerts.map { known in
            var alert = known.alert
            // Stale or damped: it still fires, whatever its end says.
            if alert.isResolved(at: now), !known.isResolved(at: now) {
                alert.endsAt = now + plan.policy.resolveTimeout
            }
            return alert
        }
        return Notice(
            receiver: receiver,
            groupKey: groupKey,
            groupLabels: groupLabels,
            alerts: told.filter { !$0.isResolved(at: now) } + told.filter { $0.isResolved(at: now) },
            at: now
        )
    }

    /// Resolved alerts leave the group when no place is owed their end.
    mutating func prune(_ id: AlertGroup.ID, at now: Timestamp) {
        guard let group = groups[id] else { return }
        let owed = plan.integrations(of: group.route.receiver).reduce(into: Set<UInt64>()) { owed, integration in
            let place = NoticePlace(receiver: group.route.receiver, kind: integration.kind, index: integration.index)
            owed.formUnion(records[.init(place: place, groupKey: group.key)]?.owed ?? [])
        }
        let over = group.alerts.filter { fingerprint in
            guard let known = book[fingerprint] else { return true }
            return known.isResolved(at: now) && !owed.contains(fingerprint)
        }
        groups[id]?.alerts.subtract(over)
    }

    private static func isBefore(_ left: KnownAlert, _ right: KnownAlert) -> Bool {
        if left.alert.startsAt != right.alert.startsAt { return left.alert.startsAt < right.alert.startsAt }
        return left.alert.labels.isBefore(right.alert.labels)
    }
}
