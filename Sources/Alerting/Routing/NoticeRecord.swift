package import FleetModel

/// One way out: an integration of a receiver, known by name and place as Alertmanager's notification log knows it.
package struct NoticePlace: Hashable, Sendable {
    package var receiver: String
    /// The word before `_configs`.
    package var kind: String
    package var index: Int

    package init(receiver: String, kind: String, index: Int) {
        self.receiver = receiver
        self.kind = kind
        self.index = index
    }

    /// `ops/slack[0]`
    package var text: String { "\(receiver)/\(kind)[\(index)]" }
}

/// What a place was last told about a group.
package struct NoticeRecord: Hashable, Sendable {
    package var place: NoticePlace
    package var groupKey: String
    package var groupLabels: LabelSet
    /// Fingerprints of what was firing and what was resolved in the last message.
    package var firing: Set<UInt64>
    package var resolved: Set<UInt64>
    /// Told as firing and not yet as resolved: the place has a resolve to come for each.
    package var owed: Set<UInt64>
    /// When it was told; nil where no message was taken yet.
    package var at: Timestamp?
    /// The last message was refused for good: nothing more is tried until something changes.
    package var isRefused: Bool

    package init(
        place: NoticePlace,
        groupKey: String,
        groupLabels: LabelSet,
        firing: Set<UInt64> = [],
        resolved: Set<UInt64> = [],
        owed: Set<UInt64> = [],
        at: Timestamp? = nil,
        isRefused: Bool = false
    ) {
        self.place = place
        self.groupKey = groupKey
        self.groupLabels = groupLabels
        self.firing = firing
        self.resolved = resolved
        self.owed = owed
        self.at = at
        self.isRefused = isRefused
    }

    package var key: Key { Key(place: place, groupKey: groupKey) }

    package struct Key: Hashable, Sendable {
        package var place: NoticePlace
        package var groupKey: String

        package init(place: NoticePlace, groupKey: String) {
            self.place = place
            self.groupKey = groupKey
        }
    }

    /// Why a message is due now, or why none is: `needsUpdate` of Alertmanager, and what is owed.
    func verdict(
        firing now: Set<UInt64>,
        resolved ended: Set<UInt64>,
        sendsResolved: Bool,
        repeatInterval: Duration,
        at moment: Timestamp
    ) -> Verdict {
        guard let at else {
            if !now.isEmpty { return .send(.first) }
            return sendsResolved && !owed.isDisjoint(with: ended) ? .send(.resolveOwed) : .hold(.neverTold)
        }
        let new = now.subtracting(firing)
        if !new.isEmpty { return .send(.newAlerts(new.count)) }
        if now.isEmpty, !firing.isEmpty { return .send(.allResolved) }
        if sendsResolved {
            if !owed.isDisjoint(with: ended) { return .send(.resolveOwed) }
            if now.isEmpty { return .hold(ended.isSubset(of: resolved) ? .alreadyTold(at) : .neverTold) }
            if !ended.isSubset(of: resolved) { return .send(.someResolved) }
        } else if now.isEmpty {
            return .hold(.neverTold)
        }
        if at < moment - repeatInterval { return .send(.repeated) }
        return .hold(isRefused ? .refused : .alreadyTold(at))
    }

    enum Verdict: Hashable {
        case send(SendReason)
        case hold(HoldReason)
    }
}
