import FleetModel

/// What stands between the operators.
///
/// The parts are kept out of line: folded into one function they would make each level of nesting cost several kilobytes
/// of stack.
extension Parser {
    mutating func operand() throws(PromQLError) -> Expression {
        switch current.kind {
        case .number, .duration:
            let token = current
            let isDuration = token.kind == .duration
            return try made(.number(try number(), isDuration: isDuration), token.range)
        case .string:
            let token = advance()
            return try made(.string(Lexer.text(of: token, in: bytes)), token.range)
        case .leftParenthesis:
            let open = advance()
            let inner = try expression()
            let close = try expect(.rightParenthesis, "", "")
            return try made(.parentheses(inner), open.range.through(close.range))
        case .leftBrace: return try selector()
        case .identifier where following.kind == .leftParenthesis: return try call()
        case .identifier, .metricIdentifier, .binary(.and), .binary(.or), .binary(.unless): return try selector()
        case .keyword(let keyword):
            if let aggregator = keyword.aggregator, Self.begins(aggregation: following.kind) {
                return try aggregation(aggregator)
            }
            guard keyword.mayNameMetric else { throw unexpected("") }
            return try selector()
        default: throw unexpected("")
        }
    }

    private static func begins(aggregation kind: Token.Kind) -> Bool {
        kind == .leftParenthesis || kind == .keyword(.by) || kind == .keyword(.without)
    }

    /// A number or a duration, without its sign.
    @inline(never)
    mutating func number() throws(PromQLError) -> Double {
        let token = advance()
        let text = text(of: token)
        if token.kind == .duration {
            guard let milliseconds = DurationText.milliseconds(in: text) else {
                throw error("not a valid duration string: \(text.quoted)", at: token.range)
            }
            return Double(milliseconds) / 1000
        }
        guard let value = NumberText.value(of: text) else {
            throw error("error parsing number: \(text.quoted): invalid syntax", at: token.range)
        }
        return value
    }

    @inline(never)
    private mutating func call() throws(PromQLError) -> Expression {
        let name = advance()
        guard let function = Function(rawValue: text(of: name)) else {
            throw error("unknown function with name \(text(of: name).quoted)", at: name.range)
        }
        let arguments = try arguments()
        return try made(.call(function, arguments), name.range.through(previous.range))
    }

    @inline(never)
    private mutating func arguments() throws(PromQLError) -> [Expression] {
        _ = try expect(.leftParenthesis, "", "")
        var arguments: [Expression] = []
        if skip(.rightParenthesis) { return [] }
        while true {
            arguments.append(try expression())
            if skip(.rightParenthesis) { return arguments }
            let comma = try expect(.comma, "", "")
            if current.kind == .rightParenthesis {
                throw error("trailing commas not allowed in function call args", at: comma.range)
            }
        }
    }

    @inline(never)
    private mutating func aggregation(_ aggregator: Aggregator) throws(PromQLError) -> Expression {
        let name = advance()
        var (grouping, isWithout) = try groupingModifier() ?? ([], false)
        let hadModifier = previous != name
        guard current.kind == .leftParenthesis else { throw unexpected("aggregation") }
        let arguments = try arguments()
        if !hadModifier, let late = try groupingModifier() { (grouping, isWithout) = late }
        let range = name.range.through(previous.range)
        if arguments.isEmpty { throw error("no arguments for aggregate expression provided", at: range) }
        let wanted = aggregator.parameter == nil ? 1 : 2
        guard arguments.count == wanted else {
            throw error(
                "wrong number of arguments for aggregate expression provided, expected \(wanted), got \(arguments.count)",
                at: range
            )
        }
        let aggregation = Aggregation(
            aggregator: aggregator,
            parameter: wanted == 2 ? arguments[0] : nil,
            inner: arguments[wanted - 1],
            grouping: grouping,
            isWithout: isWithout
        )
        return try made(.aggregation(aggregation), range)
    }

    @inline(never)
    private mutating func groupingModifier() throws(PromQLError) -> ([String], Bool)? {
        guard current.kind == .keyword(.by) || current.kind == .keyword(.without) else { return nil }
        let isWithout = advance().kind == .keyword(.without)
        return (try groupingLabels(), isWithout)
    }

    /// `(a, b)`, also with a comma at the end.
    mutating func groupingLabels() throws(PromQLError) -> [String] {
        _ = try expect(.leftParenthesis, "grouping opts", "\"(\"")
        var labels: [String] = []
        while !skip(.rightParenthesis) {
            labels.append(try groupingLabel())
            if skip(.rightParenthesis) { break }
            _ = try expect(.comma, "grouping opts", "\",\" or \")\"")
        }
        return labels
    }

    private mutating func groupingLabel() throws(PromQLError) -> String {
        let token = current
        switch token.kind {
        case .string:
            _ = advance()
            let label = Lexer.text(of: token, in: bytes)
            if label.isEmpty { throw error("invalid label name for grouping: \"\"", at: token.range) }
            return label
        case .identifier, .metricIdentifier, .keyword, .binary(.and), .binary(.or), .binary(.unless),
            .binary(.arcTangent):
            _ = advance()
            return text(of: token)
        default: throw unexpected("grouping opts", "label")
        }
    }
}
