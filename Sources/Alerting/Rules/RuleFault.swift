internal import FleetModel

/// Why one evaluation of a rule gave nothing; the alerts from before go on.
package struct RuleFault: Explained, Hashable {
    package let code: String
    package let problem: String
    package let advice: String?

    private init(_ reason: String, _ problem: String, advice: String? = nil) {
        self.code = "rules." + reason
        self.problem = problem
        self.advice = advice
    }

    static let sameAlertLabels = RuleFault(
        "same_labels",
        "vector contains metrics with the same labelset after applying alert labels",
        advice: "keep a label that tells the series apart, or aggregate them in the expression"
    )

    static let sameSeriesLabels = RuleFault(
        "same_labels",
        "vector contains metrics with the same labelset after applying rule labels",
        advice: "keep a label that tells the series apart, or aggregate them in the expression"
    )

    static func limit(_ limit: Int, _ count: Int, _ noun: String) -> RuleFault {
        RuleFault(
            "limit",
            "exceeded limit of \(limit) with \(count) \(noun)",
            advice: "raise the group's limit, or make the expression give less"
        )
    }
}
