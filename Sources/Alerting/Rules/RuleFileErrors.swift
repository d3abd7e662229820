internal import FleetModel

/// Everything that is wrong with files of rules or of their tests: they are refused whole.
package struct RuleFileErrors: Explained, Hashable {
    /// `file:line:column: what is wrong`, in the order of the file.
    package let mistakes: [String]

    package init(_ mistakes: [String]) {
        self.mistakes = mistakes
    }

    package var code: String { "usage.bad_rules" }
    package var problem: String { mistakes.joined(separator: "\n") }
    package var advice: String? { "nothing of the file was used; see: flotilla rules check FILE" }
}
