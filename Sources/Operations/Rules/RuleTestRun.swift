package import Alerting
internal import FleetModel
internal import PromQL

/// Runs the unit tests of a file over rules, with promtool's verdicts.
package struct RuleTestRun: Sendable {
    private let file: RuleTestFile
    private let groups: [RuleGroup]

    /// What came of one test; no failures where it passed.
    package struct Outcome: Hashable, Sendable {
        package var name: String
        package var failures: [String]
    }

    /// - `rules`: what the file's `rule_files` name, in their order.
    package init(_ file: RuleTestFile, rules: [RuleFile]) {
        self.file = file
        // Groups that the order does not name count as its first, as promtool has it.
        let places = Dictionary(file.groupOrder.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
        groups = rules.flatMap(\.groups).enumerated().sorted { left, right in
            let (first, second) = (places[left.element.name] ?? 0, places[right.element.name] ?? 0)
            return first == second ? left.offset < right.offset : first < second
        }.map(\.element)
    }

    package func outcomes() async -> [Outcome] {
        var outcomes: [Outcome] = []
        for (index, test) in file.tests.enumerated() {
            let name = test.name.isEmpty ? "unnamed#\(index)" : test.name
            outcomes.append(Outcome(name: name, failures: await failures(of: test)))
        }
        return outcomes
    }

    private func failures(of test: RuleTestFile.Test) async -> [String] {
        if let nameless = test.alerts.first(where: \.name.isEmpty) {
            let time = DurationText.text(milliseconds: nameless.at.milliseconds)
            return ["an alert_rule_test at eval_time \(time) has no alertname"]
        }
        do {
            var stage = try RuleTestStage(file, test, groups)
            return await stage.run()
        } catch {
            return [(error as? any Explained)?.problem ?? "\(error)"]
        }
    }
}
