package import FleetModel

/// A query that can be asked of any source, at any time, as often as wanted.
package struct Query: Hashable, Sendable {
    package let expression: Expression

    /// - Throws: `promql.bad_query`.
    package init(_ text: String) throws(PromQLError) {
        expression = try Expression.parse(text)
    }

    /// True where the order of an instant vector says something: the query sorts, or it asks for the best.
    package var answersInOrder: Bool { expression.isOrdered }

    /// The answer for one moment, in milliseconds since 1970.
    ///
    /// A vector comes in the order of its labels, unless the query sorts or chooses; a matrix by labels.
    /// - Throws: `PromQLError`, or what the source throws.
    package func instant(
        at time: Int64,
        on source: any SeriesSource,
        _ options: QueryOptions = QueryOptions()
    ) throws -> QueryAnswer {
        let grid = Grid(start: time, step: 1, count: 1)
        let evaluator = Evaluator(source: source, options: options, first: time, last: time)
        let result: QueryAnswer.Result
        switch expression.type {
        case .string: result = .string(try evaluator.string(expression))
        case .scalar: result = .scalar(try evaluator.scalar(expression, over: grid)[0])
        case .vector:
            let columns = try evaluator.vector(expression, over: grid)
            try options.limits.check(series: columns.count)
            let samples = columns.map { QueryAnswer.Sample(labels: $0.labels, value: $0.values[0]) }
            result = .vector(expression.isOrdered ? samples : samples.sorted { $0.labels.isBefore($1.labels) })
        case .matrix:
            let series = try evaluator.samples(expression, at: time)
            try options.limits.check(series: series.count)
            result = .matrix(series.sorted { $0.labels.isBefore($1.labels) })
        }
        return QueryAnswer(time: time, result: result, warnings: evaluator.notes.warnings, infos: evaluator.notes.infos)
    }

    /// The answers from one moment through another, all in milliseconds; a matrix sorted by labels.
    ///
    /// - Throws: `PromQLError`, or what the source throws.
    package func range(
        from start: Int64,
        through end: Int64,
        step: Int64,
        on source: any SeriesSource,
        _ options: QueryOptions = QueryOptions()
    ) throws -> QueryAnswer {
        guard expression.type == .scalar || expression.type == .vector else {
            throw PromQLError.badQuery(
                "invalid expression type \(expression.type.rawValue.quoted) for range query, must be Scalar or instant Vector"
            )
        }
        let grid = try options.limits.grid(from: start, through: end, step: step)
        let evaluator = Evaluator(source: source, options: options, first: start, last: end)
        let columns: [Column] =
            expression.type == .scalar
            ? [Column(labels: .empty, values: try evaluator.scalar(expression, over: grid))]
            : try evaluator.vector(expression, over: grid)
        try options.limits.check(series: columns.count)
        let series = columns.map { $0.series(on: grid) }.sorted { $0.labels.isBefore($1.labels) }
        return QueryAnswer(
            time: end,
            result: .matrix(series),
            warnings: evaluator.notes.warnings,
            infos: evaluator.notes.infos
        )
    }
}

/// What an answer depends on beside the data.
package struct QueryOptions: Sendable {
    /// Milliseconds for which the last sample of a series stands for it.
    package var lookBack: Int64
    /// Milliseconds between the steps of a subquery that names none: the interval of rule evaluation.
    package var subqueryStep: Int64
    package var limits: QueryLimits
    /// Asked now and then; something ends the query. The clock is the caller's.
    package var interruption: @Sendable () -> Interruption?

    /// Why a query ends early.
    package enum Interruption: Sendable {
        case timeout, cancelled
    }

    package init(
        lookBack: Int64 = 300_000,
        subqueryStep: Int64 = 60_000,
        limits: QueryLimits = QueryLimits(),
        interruption: @escaping @Sendable () -> Interruption? = { nil }
    ) {
        self.lookBack = lookBack
        self.subqueryStep = subqueryStep
        self.limits = limits
        self.interruption = interruption
    }
}

/// How much one query may ask for.
package struct QueryLimits: Hashable, Sendable {
    /// Samples read from the source, and values held in between, each counted on its own.
    package var samples: Int
    /// Series in the answer.
    package var series: Int
    /// Steps of a range.
    package var steps: Int

    package init(samples: Int = 50_000_000, series: Int = 100_000, steps: Int = 11_000) {
        self.samples = samples
        self.series = series
        self.steps = steps
    }

    func check(series count: Int) throws(PromQLError) {
        guard count > series else { return }
        throw .tooLarge("query returns \(count) series, the limit is \(series)", advice: "aggregate or select less")
    }

    func grid(from start: Int64, through end: Int64, step: Int64) throws(PromQLError) -> Grid {
        let (length, isOver) = end.subtractingReportingOverflow(start)
        guard step > 0, length >= 0, !isOver else {
            throw .execution("a range needs a step above zero and an end that is not before its start")
        }
        guard length / step < Int64(steps) else {
            throw .tooLarge(
                "exceeded maximum resolution of \(steps) points per timeseries",
                advice: "decrease the query resolution (a longer step)"
            )
        }
        return Grid(start: start, step: step, count: Int(length / step) + 1)
    }
}

/// What a query found.
package struct QueryAnswer: Sendable {
    /// The moment asked for, or the last one of a range: milliseconds since 1970.
    package let time: Int64
    package let result: Result
    /// In Prometheus' words, each once: the answer may not be what was meant.
    package let warnings: [String]
    package let infos: [String]

    /// By the type of the query; that of a range is always a matrix.
    package enum Result: Sendable {
        case scalar(Double)
        case string(String)
        case vector([Sample])
        case matrix([Series])
    }

    /// The same with other content and one warning more.
    package func replacing(_ result: Result, warning: String) -> QueryAnswer {
        QueryAnswer(time: time, result: result, warnings: warnings + [warning], infos: infos)
    }

    /// One series at the moment of the query.
    package struct Sample: Hashable, Sendable {
        package let labels: LabelSet
        package let value: Double
    }
}

extension Expression {
    var isOrdered: Bool {
        switch unwrapped.kind {
        case .call(let function, _):
            switch function {
            case .sort, .sortDescending, .sortByLabel, .sortByLabelDescending: true
            default: false
            }
        case .aggregation(let aggregation): aggregation.aggregator == .topk || aggregation.aggregator == .bottomk
        default: false
        }
    }
}
