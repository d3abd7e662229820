import FleetModel

/// Why a query has no answer.
package struct PromQLError: Explained, Hashable {
    /// `promql.bad_query`, `promql.execution`, `promql.timeout`, `promql.cancelled` or `promql.too_large`.
    package let code: String
    /// What is wrong, in Prometheus' words where it has some; a place in the query stands in front as `line:column`.
    package let problem: String
    package let advice: String?
    /// Where in the query, as bytes of its UTF-8; nil for what only the data shows.
    package let range: SourceRange?

    private init(_ code: String, _ problem: String, advice: String? = nil, range: SourceRange? = nil) {
        self.code = "promql." + code
        self.problem = problem
        self.advice = advice
        self.range = range
    }

    /// The text is no query.
    static func badQuery(_ problem: String, at range: SourceRange, in query: [UInt8]) -> PromQLError {
        PromQLError("bad_query", "\(range.place(in: query)): parse error: \(problem)", range: range)
    }

    /// The query is one, but not of the kind that was asked for.
    static func badQuery(_ problem: String) -> PromQLError { PromQLError("bad_query", problem) }

    /// The query cannot be answered from this data, such as a matching that is not unique.
    static func execution(_ problem: String) -> PromQLError {
        PromQLError("execution", problem)
    }

    /// More was asked for than the limits allow.
    static func tooLarge(_ problem: String, advice: String) -> PromQLError {
        PromQLError("too_large", problem, advice: advice)
    }

    /// The query was ended before it had an answer.
    package init(_ interruption: QueryOptions.Interruption) {
        switch interruption {
        case .timeout: self = .timeout
        case .cancelled: self = .cancelled
        }
    }

    static let timeout = PromQLError(
        "timeout",
        "query timed out in expression evaluation",
        advice: "ask for fewer series, a shorter range or a longer step"
    )

    static let cancelled = PromQLError("cancelled", "query was canceled in expression evaluation")
}

/// A part of a query, as bytes of its UTF-8, the end not included.
package struct SourceRange: Hashable, Sendable {
    package let start: Int
    package let end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// From the beginning of this one to the end of the other.
    func through(_ last: SourceRange) -> SourceRange { SourceRange(start, last.end) }

    /// `line:column`, both from 1, the column in bytes as Prometheus has it.
    func place(in query: [UInt8]) -> String {
        let before = query.prefix(min(start, query.count))
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return "\(line):\(before.count - lineStart + 1)"
    }
}
