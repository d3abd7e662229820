package import Alerting
package import FleetModel

/// Sends notices out of the house.
package protocol Notifier: Sendable {
    /// Returns when the far side has taken the notice; `now` is what texts and signatures are dated with. One try:
    /// repeating is the caller's.
    func send(_ notice: Notice, over integration: Integration, at now: Timestamp) async throws(NotifyError)
}

/// Why a notice was not taken.
package struct NotifyError: Explained, Hashable {
    /// `notify.…`
    package let code: String
    package let problem: String
    package let advice: String?
    /// True where trying again can help: no answer, 5xx, 429.
    package let canBeRetried: Bool
    /// How long the far side asked us to wait.
    package let retryAfter: Duration?

    /// - `reason`: the word after `notify.`
    package init(
        _ reason: String,
        _ problem: String,
        advice: String? = nil,
        canBeRetried: Bool,
        retryAfter: Duration? = nil
    ) {
        self.code = "notify." + reason
        self.problem = problem
        self.advice = advice
        self.canBeRetried = canBeRetried
        self.retryAfter = retryAfter
    }
}
