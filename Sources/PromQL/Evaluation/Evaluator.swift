import FleetModel

/// Works out one query, from the leaves up: each expression gives its values for the whole grid at once, series by series.
final class Evaluator {
    let source: any SeriesSource
    let options: QueryOptions
    /// What `start()` and `end()` mean.
    let first: Int64
    let last: Int64
    var notes = QueryNotes()
    private var samplesRead = 0
    private var valuesHeld = 0
    private var workSinceCheck = 0

    init(source: any SeriesSource, options: QueryOptions, first: Int64, last: Int64) {
        self.source = source
        self.options = options
        self.first = first
        self.last = last
    }

    // MARK: Limits

    func checkInterruption() throws {
        switch options.interruption() {
        case .timeout: throw PromQLError.timeout
        case .cancelled: throw PromQLError.cancelled
        case nil: return
        }
    }

    func count(read samples: Int) throws {
        samplesRead += samples
        if samplesRead > options.limits.samples { throw tooManySamples }
        try count(work: samples + 100)
    }

    /// Looks for an interruption after every few milliseconds of work, counted in samples looked at.
    func count(work: Int) throws {
        workSinceCheck += work
        guard workSinceCheck > 1_000_000 else { return }
        workSinceCheck = 0
        try checkInterruption()
    }

    func count(held values: Int) throws {
        valuesHeld += values
        if valuesHeld > options.limits.samples { throw tooManySamples }
    }

    private var tooManySamples: PromQLError {
        .tooLarge(
            "query processing would load too many samples, the limit is \(options.limits.samples)",
            advice: "ask for fewer series, a shorter range or a longer step"
        )
    }

    // MARK: The types

    func string(_ expression: Expression) throws -> String {
        guard case .string(let text) = expression.unwrapped.kind else {
            throw PromQLError.execution("expected a string literal")
        }
        return text
    }

    /// A value for each moment.
    func scalar(_ expression: Expression, over grid: Grid) throws -> [Double] {
        switch expression.kind {
        case .number(let value, _): return [Double](repeating: value, count: grid.count)
        case .parentheses(let inner), .plus(let inner): return try scalar(inner, over: grid)
        case .negation(let inner): return try scalar(inner, over: grid).map { -$0 }
        case .call(.time, _): return grid.times.map { Double($0) / 1000 }
        case .call(.pi, _): return [Double](repeating: .pi, count: grid.count)
        case .call(.scalar, let arguments): return try onlyValues(of: vector(arguments[0], over: grid), grid)
        case .binary(let binary):
            let left = try scalar(binary.left, over: grid)
            let right = try scalar(binary.right, over: grid)
            let operation = binary.operation
            return zip(left, right).map { operation.value($0, $1) }
        case .call, .string, .selector, .window, .subquery, .aggregation:
            throw PromQLError.execution("expected a scalar")
        }
    }

    /// The series with at least one value each.
    func vector(_ expression: Expression, over grid: Grid) throws -> [Column] {
        try checkInterruption()
        let columns: [Column]
        switch expression.kind {
        case .parentheses(let inner), .plus(let inner): return try vector(inner, over: grid)
        case .selector(let selector): columns = try latest(selector, over: grid)
        case .negation(let inner):
            columns = try vector(inner, over: grid).map { column in
                Column(labels: column.labels.unnamed, values: column.values.map { $0.isStaleMarker ? $0 : -$0 })
            }
            try columns.requireDistinct()
        case .call(let function, let arguments): columns = try call(function, arguments, at: expression.range, grid)
        case .aggregation(let aggregation): columns = try aggregate(aggregation, grid)
        case .binary(let binary): columns = try join(binary, grid)
        case .number, .string, .window, .subquery: throw PromQLError.execution("expected an instant vector")
        }
        try count(held: columns.count * grid.count)
        return columns
    }

    /// `scalar(v)`: the value where there is exactly one.
    private func onlyValues(of columns: [Column], _ grid: Grid) -> [Double] {
        (0..<grid.count).map { index in
            var found = Double.staleMarker
            for column in columns where !column.values[index].isStaleMarker {
                guard found.isStaleMarker else { return .nan }
                found = column.values[index]
            }
            return found.isStaleMarker ? .nan : found
        }
    }
}

/// What a user should know about the answer, in Prometheus' words.
struct QueryNotes {
    private(set) var warnings: [String] = []
    private(set) var infos: [String] = []

    /// More of a kind than this tell nothing new.
    private static let most = 10

    mutating func warn(_ text: String) {
        let text = "PromQL warning: " + text
        if warnings.count < Self.most, !warnings.contains(text) { warnings.append(text) }
    }

    mutating func inform(_ text: String) {
        let text = "PromQL info: " + text
        if infos.count < Self.most, !infos.contains(text) { infos.append(text) }
    }
}
