package import FleetModel

/// A file of promtool's unit tests for rules.
package struct RuleTestFile: Hashable, Sendable {
    /// Patterns of paths, relative to the file.
    package var ruleFiles: [String] = []
    package var evaluationInterval = Duration.seconds(60)
    package var groupOrder: [String] = []
    /// Values that are neighbours count as equal.
    package var comparesFuzzily = false
    package var tests: [Test] = []

    package init() {}

    /// Series and what the rules make of them.
    package struct Test: Hashable, Sendable {
        package var name = ""
        /// Between two values of the input.
        package var interval = Duration.seconds(60)
        package var input: [Input] = []
        package var alerts: [AlertCase] = []
        package var expressions: [ExpressionCase] = []
        package var externalLabels = LabelSet.empty
        package var externalURL = ""
        /// The moment of the first value.
        package var start = Timestamp(milliseconds: 0)

        package init() {}

        /// How long the rules are evaluated.
        var length: Duration {
            max(alerts.map(\.at).max() ?? .zero, expressions.map(\.at).max() ?? .zero)
        }
    }

    /// `series` and `values`, in the short form.
    package struct Input: Hashable, Sendable {
        package var series: String
        package var values: String

        package init(series: String, values: String) {
            self.series = series
            self.values = values
        }
    }

    /// The alerts of one name that fire at one moment.
    package struct AlertCase: Hashable, Sendable {
        package var at: Duration
        package var name: String
        package var expected: [Firing]

        package init(at: Duration, name: String, expected: [Firing]) {
            self.at = at
            self.name = name
            self.expected = expected
        }
    }

    /// A firing alert: labels with the name among them, and annotations; empty values count.
    package struct Firing: Hashable, Sendable {
        package var labels: LabelSet
        package var annotations: LabelSet

        package init(labels: LabelSet, annotations: LabelSet) {
            self.labels = labels
            self.annotations = annotations
        }
    }

    /// What an expression gives at one moment.
    package struct ExpressionCase: Hashable, Sendable {
        package var at: Duration
        package var expression: String
        package var expected: [Expected]

        package init(at: Duration, expression: String, expected: [Expected]) {
            self.at = at
            self.expression = expression
            self.expected = expected
        }
    }

    package struct Expected: Hashable, Sendable {
        /// In the notation of series; empty for none.
        package var labels: String
        package var value: Double
        /// Native histograms are not known here: a test that wants one fails and says so.
        package var histogram: String

        package init(labels: String, value: Double, histogram: String = "") {
            self.labels = labels
            self.value = value
            self.histogram = histogram
        }
    }
}
