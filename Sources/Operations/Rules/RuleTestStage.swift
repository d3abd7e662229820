internal import Alerting
internal import FleetModel
internal import PromQL

/// One test while it runs: samples come in as its time goes on, and rules are evaluated.
struct RuleTestStage {
    private let file: RuleTestFile
    private let test: RuleTestFile.Test
    private let memory: RuleSeriesMemory
    private var groups: [RunningGroup]
    private let settings: RunningGroup.Settings
    /// In the order of time.
    private var input: ArraySlice<(time: Timestamp, element: VectorElement)>
    private var failures: [String] = []

    init(_ file: RuleTestFile, _ test: RuleTestFile.Test, _ groups: [RuleGroup]) throws {
        self.file = file
        self.test = test
        memory = RuleSeriesMemory(QueryOptions(subqueryStep: file.evaluationInterval.milliseconds))
        self.groups = try groups.map { try RunningGroup($0, interval: test.interval) }
        settings = RunningGroup.Settings(
            surroundings: .init(externalLabels: test.externalLabels, externalURL: test.externalURL)
        )
        input = try Self.samples(of: test)[...]
    }

    private static func samples(of test: RuleTestFile.Test) throws -> [(time: Timestamp, element: VectorElement)] {
        var values: [LabelSet: [Double?]] = [:]
        for series in test.input {
            let labels = try SeriesNotation.labels(series.series)
            values[labels] = try SeriesNotation.values(series.values)
        }
        let all = values.flatMap { labels, values in
            values.enumerated().compactMap { index, value in
                value.map { (test.start + test.interval * index, VectorElement(labels, $0)) }
            }
        }
        return all.sorted { $0.0 < $1.0 }
    }

    mutating func run() async -> [String] {
        guard file.evaluationInterval > .zero else { return ["evaluation_interval is not above zero"] }
        var cases = test.alerts.sorted { $0.at < $1.at }[...]
        var passed = Duration.zero
        while passed <= test.length {
            load(until: test.start + passed)
            let faults = await evaluate(at: test.start + passed, passed)
            if !faults.isEmpty { return failures + faults }
            passed += file.evaluationInterval
            // What is asked between two evaluations is answered by the first of them.
            while let next = cases.first, next.at < passed {
                check(next)
                cases.removeFirst()
            }
        }
        for expression in test.expressions { check(expression) }
        return failures
    }

    private mutating func load(until time: Timestamp) {
        while let next = input.first, next.time <= time {
            do {
                try memory.append([next.element], at: next.time)
            } catch {
                failures.append((error as? any Explained)?.problem ?? "\(error)")
            }
            input.removeFirst()
        }
    }

    private mutating func evaluate(at now: Timestamp, _ passed: Duration) async -> [String] {
        var faults: [String] = []
        for index in groups.indices {
            _ = await groups[index].evaluate(at: now, on: memory, settings)
            for rule in groups[index].rules {
                guard let fault = rule.fault else { continue }
                faults.append("rule: \(rule.rule.name), time: \(Self.text(passed)), err: \(fault.problem)")
            }
        }
        return faults
    }

    private static func text(_ duration: Duration) -> String {
        DurationText.text(milliseconds: duration.milliseconds)
    }

    // MARK: Checks

    private mutating func check(_ wanted: RuleTestFile.AlertCase) {
        let rules = groups.flatMap(\.rules).filter { $0.rule.alerting?.name == wanted.name }
        let found = rules.flatMap(\.alerts.current).filter(\.isFiring)
            .map { RuleTestFile.Firing(labels: $0.labels, annotations: $0.annotations) }
        let (ours, theirs) = (found.sorted(by: Self.isBefore), wanted.expected.sorted(by: Self.isBefore))
        guard ours != theirs else { return }
        failures.append(
            "alertname: \(wanted.name), time: \(Self.text(wanted.at)),\n    exp: \(Self.list(theirs))\n    got: \(Self.list(ours))"
        )
    }

    private static func isBefore(_ left: RuleTestFile.Firing, _ right: RuleTestFile.Firing) -> Bool {
        if left.labels != right.labels { return left.labels.isBefore(right.labels) }
        return left.annotations.isBefore(right.annotations)
    }

    private static func list(_ alerts: [RuleTestFile.Firing]) -> String {
        guard !alerts.isEmpty else { return "[]" }
        return alerts.map { "\n        labels: \($0.labels)\n        annotations: \($0.annotations)" }.joined()
    }

    private mutating func check(_ wanted: RuleTestFile.ExpressionCase) {
        let head = "expr: \(wanted.expression.quoted), time: \(Self.text(wanted.at))"
        do {
            let query = try Query(wanted.expression)
            let found = try memory.vector(query, at: test.start + wanted.at)
            let expected = try wanted.expected.map(Self.element)
            let (ours, theirs) = (found.sorted(by: Self.comes), expected.sorted(by: Self.comes))
            let isSame =
                ours.count == theirs.count
                && zip(ours, theirs).allSatisfy { $0.labels == $1.labels && isEqual($0.value, $1.value) }
            if !isSame { failures.append("\(head),\n    exp: \(Self.list(theirs))\n    got: \(Self.list(ours))") }
        } catch {
            failures.append("\(head), err: \((error as? any Explained)?.problem ?? "\(error)")")
        }
    }

    private static func comes(_ left: VectorElement, _ right: VectorElement) -> Bool {
        left.labels == right.labels ? left.value < right.value : left.labels.isBefore(right.labels)
    }

    private static func element(_ expected: RuleTestFile.Expected) throws -> VectorElement {
        guard expected.histogram.isEmpty else {
            throw UsageError("native_histogram", "native histograms are not known here")
        }
        let isNameless = expected.labels.allSatisfy(\.isWhitespace)
        return VectorElement(isNameless ? .empty : try SeriesNotation.labels(expected.labels), expected.value)
    }

    private func isEqual(_ left: Double, _ right: Double) -> Bool {
        left == right || file.comparesFuzzily && (left.nextUp == right || left.nextDown == right)
    }

    private static func list(_ elements: [VectorElement]) -> String {
        elements.isEmpty ? "nil" : elements.map { "\($0.labels) \($0.value)" }.joined(separator: ", ")
    }
}
