package import FleetModel
internal import GoTemplate
internal import Synchronization

/// Expands the labels and annotations of alerting rules, as Prometheus does: Go's templates with Prometheus' functions and
/// `$labels`, `$value`, `$externalLabels`, `$externalURL`.
///
/// For one evaluation at one moment. `query` inside of a template needs an answer that only the caller can get: the first
/// look throws `NeededQuery`, and is to be taken again with the answer.
package struct RuleTemplate: Sendable {
    /// What the templates of all rules see.
    package struct Surroundings: Hashable, Sendable {
        /// The controller's labels, which everything that leaves it carries.
        package var externalLabels: LabelSet
        /// Where the controller's pages are reached from outside; may be empty.
        package var externalURL: String

        package init(externalLabels: LabelSet = .empty, externalURL: String = "") {
            self.externalLabels = externalLabels
            self.externalURL = externalURL
        }
    }

    /// A query that a template asks, and whose answer is not there yet.
    package struct NeededQuery: Error, Hashable, Sendable {
        package let text: String
    }

    /// What came of a query: its vector, or what is wrong with it.
    package typealias Answers = [String: Result<[VectorElement], QueryProblem>]

    package struct QueryProblem: Error, Hashable, Sendable {
        package let text: String

        package init(_ text: String) { self.text = text }
    }

    private let name: String
    private let externals: (labels: GoValue, url: GoValue)
    private let template: GoTemplate
    private let missing: MissingQuery
    /// - `rule`: the name of the alert, for error texts.
    /// - `now`: the moment of the evaluation.
    /// - `answers`: of the queries that templates ask.
    package init(rule: String, _ surroundings: Surroundings, at now: Timestamp, answers: Answers = [:]) {
        name = "__alert_" + rule
        externals = (Self.map(surroundings.externalLabels), .string(surroundings.externalURL))
        let missing = MissingQuery()
        self.missing = missing
        let functions = RuleTemplateFunctions(externalURL: surroundings.externalURL, now: now) { query in
            guard let answer = answers[query] else {
                missing.note(query)
                return .failure(QueryProblem("not asked yet"))
            }
            return answer
        }
        template = GoTemplate(functions: functions.table)
    }

    /// The text for one element of the rule's result. A mistake is told in the text itself, so that the alert is not lost.
    ///
    /// - Throws: `NeededQuery`.
    package func text(_ text: String, for element: VectorElement) throws(NeededQuery) -> String {
        guard text.contains("{{") else { return text }
        let data = RuleTemplateData(
            labels: Self.map(element.labels),
            externals: externals,
            value: element.value
        )
        do throws(TemplateError) {
            return try template.render(Self.preamble + text, name: name, with: .object(data))
        } catch {
            if let query = missing.take() { throw NeededQuery(text: query) }
            let stage = error.code == "template.syntax" ? "parsing" : "executing"
            return "<error expanding template: error \(stage) template \(name): \(error.problem)>"
        }
    }

    /// What is wrong with a template that cannot be read.
    package struct Mistake: Error, Hashable, Sendable {
        /// In Go's words.
        package let problem: String
        /// Where it was noticed, in bytes from the text's begin.
        package let offset: Int
    }

    /// Reads a template and tells only whether it can be read.
    ///
    /// - Throws: `Mistake`.
    package static func check(_ text: String) throws(Mistake) {
        guard text.contains("{{") else { return }
        let functions = RuleTemplateFunctions(externalURL: "", now: Timestamp(milliseconds: 0)) { _ in .success([]) }
        do throws(TemplateError) {
            try GoTemplate(functions: functions.table).check(preamble + text, name: "")
        } catch {
            let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            let before = lines.prefix(error.line - 1).reduce(0) { $0 + $1.count + 1 }
            let column = error.line == 1 ? error.column - preamble.utf8.count : error.column
            let problem = error.problem.split(separator: ": ", maxSplits: 2).last.map(String.init) ?? error.problem
            throw Mistake(problem: problem, offset: min(before + max(0, column), text.utf8.count))
        }
    }

    private static let preamble =
        "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}"

    static func map(_ labels: LabelSet) -> GoValue {
        .texts(Dictionary(labels.labels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
    }

    /// The query that a run stopped at.
    private final class MissingQuery: Sendable {
        private let query = Mutex<String?>(nil)

        func note(_ text: String) { query.withLock { $0 = $0 ?? text } }

        func take() -> String? {
            query.withLock { query in
                defer { query = nil }
                return query
            }
        }
    }
}

/// The dot of a rule's templates.
private struct RuleTemplateData: GoObject {
    let labels: GoValue
    let externals: (labels: GoValue, url: GoValue)
    let value: Double

    var typeName: String {
        "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }"
    }

    var core: GoCore {
        .structure([
            ("Labels", labels), ("ExternalLabels", externals.labels), ("ExternalURL", externals.url),
            ("Value", .float(value)),
        ])
    }
}
