/// An error that an operator can act on: what failed, on what, why, and what to do next.
///
/// `code` is stable and documented; nobody matches on the text. Neither text ever holds a secret.
package protocol Explained: Error, Sendable {
    /// Stable dotted word, such as `ssh.host_key_changed`.
    var code: String { get }
    /// What failed, on what and why: lower case, no full stop.
    var problem: String { get }
    /// What to do next, where something can be done.
    var advice: String? { get }
}

/// A mistake in the call itself or in a file it names; always exit code 2.
package struct UsageError: Explained, Hashable {
    package let code: String
    package let problem: String
    package let advice: String?
    /// `file:line:column` where the mistake stands in a file.
    package let location: String?

    /// - `reason`: the word after `usage.`, such as `bad_selector`.
    package init(_ reason: String, _ problem: String, advice: String? = nil, at location: String? = nil) {
        self.code = "usage." + reason
        self.problem = problem
        self.advice = advice
        self.location = location
    }
}

/// Something is wrong with the home or the state in it; exit code 3.
package struct StateError: Explained, Hashable {
    package let code: String
    package let problem: String
    package let advice: String?

    /// - `reason`: the word after `state.`, such as `damaged` or `disk_full`.
    package init(_ reason: String, _ problem: String, advice: String? = nil) {
        self.code = "state." + reason
        self.problem = problem
        self.advice = advice
    }
}
