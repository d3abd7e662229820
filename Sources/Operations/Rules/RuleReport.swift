package import FleetModel

/// What is said about one file of rules, or one file of their tests.
package struct RuleReport: Hashable, Sendable {
    package var path: String
    /// Rules that were found, or tests that were run.
    package var count: Int
    /// `file:line:column: what`; none where the file is sound.
    package var mistakes: [String]
    package var warnings: [String]
    /// What failed in each test, for files of tests.
    package var tests: [RuleTestRun.Outcome]

    package init(
        path: String,
        count: Int = 0,
        mistakes: [String] = [],
        warnings: [String] = [],
        tests: [RuleTestRun.Outcome] = []
    ) {
        self.path = path
        self.count = count
        self.mistakes = mistakes
        self.warnings = warnings
        self.tests = tests
    }

    package var isSound: Bool { mistakes.isEmpty && tests.allSatisfy(\.failures.isEmpty) }

    package var document: JSONValue {
        .object([
            "file": .string(path), "ok": .bool(isSound), "count": .int(Int64(count)),
            "mistakes": .array(mistakes.map(JSONValue.string)), "warnings": .array(warnings.map(JSONValue.string)),
            "tests": .array(
                tests.map {
                    .object(["name": .string($0.name), "failures": .array($0.failures.map(JSONValue.string))])
                }
            ),
        ])
    }
}
