package import FleetModel

/// Remembers each matcher's answer for each value: a pattern runs once for a value, however many series have it.
package struct MatcherMemory {
    private let matchers: [LabelMatcher]
    private var answers: [[String: Bool]]

    package init(_ matchers: [LabelMatcher]) {
        self.matchers = matchers
        self.answers = Array(repeating: [:], count: matchers.count)
    }

    /// True when every matcher accepts the labels, `labels` giving the value of a label or "".
    package mutating func accepts(_ labels: (String) -> String) -> Bool {
        for index in matchers.indices where !accepts(labels(matchers[index].name), at: index) { return false }
        return true
    }

    private mutating func accepts(_ value: String, at index: Int) -> Bool {
        switch matchers[index].test {
        // Comparing bytes is cheaper than looking the value up, and `String` keys would take two spellings for one.
        case .equal, .notEqual: return matchers[index].holds(for: value)
        case .matches, .notMatches: break
        }
        if let known = answers[index][value] { return known }
        let answer = matchers[index].holds(for: value)
        // Bounded: an exploding label must not take the memory.
        if answers[index].count < 100_000 { answers[index][value] = answer }
        return answer
    }
}
