package import FleetModel

/// Keeps matching alerts from being sent for a while.
package struct Silence: Hashable, Sendable {
    /// A UUID; empty for one that is not stored yet.
    package var id: String
    package var matchers: [LabelMatcher]
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    package var updatedAt: Timestamp
    package var createdBy: String
    package var comment: String

    package init(
        id: String = "",
        matchers: [LabelMatcher],
        startsAt: Timestamp,
        endsAt: Timestamp,
        updatedAt: Timestamp,
        createdBy: String,
        comment: String
    ) {
        self.id = id
        self.matchers = matchers.inOrder
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.updatedAt = updatedAt
        self.createdBy = createdBy
        self.comment = comment
    }

    package enum State: String, Hashable, Sendable {
        case pending, active, expired
    }

    package func state(at now: Timestamp) -> State {
        if now < startsAt { return .pending }
        return now < endsAt ? .active : .expired
    }

    package func mutes(_ labels: LabelSet, at now: Timestamp) -> Bool {
        state(at: now) == .active && matchers.hold(in: labels)
    }
}

/// Why a silence was not taken.
package struct SilenceError: Explained, Hashable {
    package let code: String
    package let problem: String
    package let advice: String?

    /// - `reason`: the word after `silence.`: `unknown`, `refused` or `already_expired`.
    package init(_ reason: String, _ problem: String, advice: String? = nil) {
        self.code = "silence." + reason
        self.problem = problem
        self.advice = advice
    }
}
