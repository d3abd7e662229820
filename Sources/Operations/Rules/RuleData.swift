package import Alerting
package import FleetModel
package import PromQL

/// What the rules read and write: the store of a fleet, or samples of a test.
package protocol RuleData: Sendable {
    /// The answer for one moment; a scalar is one element without labels.
    ///
    /// - Throws: `PromQLError`, or what the store throws.
    func vector(_ query: Query, at time: Timestamp) async throws -> [VectorElement]
    /// Stores what a rule gave; the stale marker ends a series.
    func append(_ elements: [VectorElement], at time: Timestamp) async throws
}

extension QueryAnswer {
    /// The answer as a rule takes it.
    ///
    /// - Throws: `promql.execution` for a text or a matrix.
    package func elements() throws -> [VectorElement] {
        switch result {
        case .vector(let samples): samples.map { VectorElement($0.labels, $0.value) }
        case .scalar(let value): [VectorElement(.empty, value)]
        case .string, .matrix:
            throw StateError(
                "rule_result",
                "rule result is not a vector or scalar",
                advice: "an expression of a rule gives an instant vector"
            )
        }
    }
}
