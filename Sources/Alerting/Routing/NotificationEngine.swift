package import FleetModel

/// Alertmanager's work without its clock: alerts in, decisions out. Every timer is a moment in the state.
///
/// It differs from Alertmanager in what it promises: an alert whose firing was sent is also sent as resolved, whatever
/// holds it back by then; a sender of rules that falls silent ends nothing; flapping is damped; one lost host or link
/// is one message. Every alert that is not told has a reason.
package struct NotificationEngine: Sendable {
    package private(set) var plan: NotificationPlan
    package var silences: SilenceBook
    /// What is before nodes that are gone.
    package var findings: [ReachFinding] = []
    var book = AlertBook()
    var groups: [AlertGroup.ID: AlertGroup] = [:]
    /// Groups by their keys: two routes may have the same.
    var idsByKey: [String: [AlertGroup.ID]] = [:]
    var records: [NoticeRecord.Key: NoticeRecord] = [:]
    /// Ends that are owed to groups that are no more, under way.
    var underWay: Set<NoticeRecord.Key> = []
    var changedRecords: Set<NoticeRecord.Key> = []
    private var said: [SaidKey: String] = [:]
    private var nextUpkeep: Timestamp?

    struct SaidKey: Hashable {
        var fingerprint: UInt64
        var groupKey: String
        var receiver: String
    }

    package init(
        plan: NotificationPlan,
        alerts: [KnownAlert] = [],
        records: [NoticeRecord] = [],
        silences: [Silence] = [],
        at now: Timestamp
    ) {
        self.plan = plan
        self.silences = SilenceBook(silences)
        for record in records { self.records[record.key] = record }
        for var alert in alerts {
            // While we were away nobody could tell us that it goes on.
            if !alert.alert.isResolved(at: alert.updatedAt) {
                alert.alert.endsAt = max(alert.alert.endsAt, now + plan.policy.resolveTimeout)
            }
            book.restore(alert)
        }
        regroup(at: now)
    }

    /// Takes alerts in.
    ///
    /// - Returns: the fingerprints of those that have just begun to fire, and of those that have just begun to flap.
    @discardableResult
    package mutating func receive(_ alerts: [PostedAlert], from source: AlertSource, at now: Timestamp) -> Received {
        var received = Received()
        for posted in alerts where !posted.labels.labels.isEmpty {
            let reception = book.receive(posted, from: source, plan.policy, at: now)
            if reception.began { received.began.append(reception.fingerprint) }
            if reception.beganFlapping { received.flapping.append(reception.fingerprint) }
            guard let known = book[reception.fingerprint] else { continue }
            if !known.isStale { forgetSaid(reception.fingerprint, groupKey: "", receiver: "") }
            place(known, at: now)
        }
        return received
    }

    package struct Received: Hashable, Sendable {
        package var began: [UInt64] = []
        package var flapping: [UInt64] = []
    }

    /// Everything that is due by a moment.
    package mutating func advance(to now: Timestamp) -> [Decision] {
        var decisions: [Decision] = []
        book.markStale(at: now)
        for fingerprint in book.stale {
            decisions += say(.stale, of: fingerprint, groupKey: "", receiver: "")
        }
        book.noteLapsed(at: now)
        let due = groups.values.filter { $0.nextFlush <= now }.sorted {
            ($0.nextFlush, $0.key) < ($1.nextFlush, $1.key)
        }
        if !due.isEmpty {
            let view = Holding(self, at: now)
            for group in due { decisions += flush(group.id, view, at: now) }
        }
        decisions += owedElsewhere(at: now)
        upkeep(at: now)
        return decisions
    }

    /// When `advance` has something to do next, at the latest.
    package var nextMoment: Timestamp? {
        groups.values.map(\.nextFlush).min()
    }

    /// Another configuration: groups are formed anew, what was told stays known.
    package mutating func use(_ plan: NotificationPlan, at now: Timestamp) {
        self.plan = plan
        for (key, record) in records where record.isRefused {
            // The mistake may have been in the configuration: tried again.
            records[key]?.isRefused = false
            records[key]?.at = nil
            records[key]?.firing = []
            changedRecords.insert(key)
        }
        regroup(at: now)
    }

    package mutating func annotate(_ fingerprint: UInt64, _ name: String, _ value: String) {
        book.annotate(fingerprint, name, value)
    }

    /// Said once, until the reason is another.
    mutating func say(_ reason: HoldReason, of fingerprint: UInt64, groupKey: String, receiver: String) -> [Decision] {
        let key = SaidKey(fingerprint: fingerprint, groupKey: groupKey, receiver: receiver)
        let text = reason.text
        guard said[key] != text else { return [] }
        said[key] = text
        let alert = book[fingerprint]?.alert.labels.groupText ?? ""
        return [
            .hold(
                HeldAlert(
                    fingerprint: fingerprint,
                    alertText: alert,
                    groupKey: groupKey,
                    receiver: receiver,
                    reason: reason
                )
            )
        ]
    }

    mutating func forgetSaid(_ fingerprint: UInt64, groupKey: String, receiver: String) {
        said[SaidKey(fingerprint: fingerprint, groupKey: groupKey, receiver: receiver)] = nil
    }

    private mutating func regroup(at now: Timestamp) {
        groups = [:]
        idsByKey = [:]
        for known in book.alerts.values { place(known, at: now) }
    }

    private mutating func place(_ known: KnownAlert, at now: Timestamp) {
        let isOver = known.isResolved(at: now)
        for route in plan.tree.matches(for: known.alert.labels) {
            let labels = plan.tree.routes[route].route.groupLabels(of: known.alert.labels)
            let id = AlertGroup.ID(route: route, labels: labels)
            if groups[id] == nil {
                let group = AlertGroup(id, tree: plan.tree, at: now)
                // What is over needs a group only where somebody is owed its end.
                if isOver, !isOwed(known.fingerprint, by: group) { continue }
                groups[id] = group
                idsByKey[group.key, default: []].append(id)
            }
            groups[id]?.insert(known, at: now)
        }
    }

    private func isOwed(_ fingerprint: UInt64, by group: AlertGroup) -> Bool {
        plan.integrations(of: group.route.receiver).contains { integration in
            let place = NoticePlace(receiver: group.route.receiver, kind: integration.kind, index: integration.index)
            return records[.init(place: place, groupKey: group.key)]?.owed.contains(fingerprint) ?? false
        }
    }

    /// Empty groups go, twice a minute as in Alertmanager, and alerts that nobody needs any more.
    private mutating func upkeep(at now: Timestamp) {
        guard nextUpkeep.map({ $0 <= now }) ?? true else { return }
        nextUpkeep = now + .seconds(30)
        for (id, group) in groups where group.alerts.isEmpty {
            groups[id] = nil
            idsByKey[group.key]?.removeAll { $0 == id }
            if idsByKey[group.key]?.isEmpty == true { idsByKey[group.key] = nil }
        }
        var needed = Set(groups.values.flatMap(\.alerts))
        for record in records.values { needed.formUnion(record.owed) }
        for (fingerprint, known) in book.alerts where !needed.contains(fingerprint) && known.isResolved(at: now) {
            // Remembered for as long as another start would be flapping.
            if let start = known.starts.last, now - start <= plan.policy.flapping.window { continue }
            book.remove(fingerprint)
        }
        said = said.filter { book[$0.key.fingerprint] != nil }
        forgetRecords(at: now)
    }

    /// Records that can change no decision any more.
    private mutating func forgetRecords(at now: Timestamp) {
        for (key, record) in records where record.owed.isEmpty && idsByKey[record.groupKey] == nil {
            guard let at = record.at else {
                records[key] = nil
                changedRecords.insert(key)
                continue
            }
            guard record.firing.isEmpty || now - at > .seconds(5 * 86_400) else { continue }
            records[key] = nil
            changedRecords.insert(key)
        }
    }
}
