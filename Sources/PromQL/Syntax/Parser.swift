import FleetModel

extension Expression {
    /// Reads a query.
    ///
    /// The experimental functions and aggregations of Prometheus 3.5 are part of the language.
    /// - Throws: `promql.bad_query`, with the place in front of what is wrong.
    package static func parse(_ text: String) throws(PromQLError) -> Expression {
        var parser = Parser(text)
        let expression = try parser.wholeQuery()
        try TypeCheck(query: parser.bytes).check(expression)
        return expression
    }
}

extension VectorSelector {
    /// Reads one selector such as `up{job="node"}`, as the `match[]` parameters of the API have it.
    ///
    /// - Throws: `promql.bad_query`.
    package static func parse(_ text: String) throws(PromQLError) -> VectorSelector {
        var parser = Parser(text)
        let expression = try parser.wholeQuery()
        guard case .selector(let selector) = expression.kind, selector.modifiers == TimeModifiers() else {
            throw .badQuery("expected a series selector", at: expression.range, in: parser.bytes)
        }
        try TypeCheck(query: parser.bytes).check(expression)
        return selector
    }
}

/// Recursive descent, with precedence climbing for the operators.
struct Parser {
    /// Levels of a tree, which a long chain of operators reaches too: few enough for the stacks of threads.
    static let depthLimit = 300
    /// Parentheses and calls inside of each other: more than people write, and each costs the parser's whole descent.
    static let nestingLimit = 100
    let bytes: [UInt8]
    private let tokens: [Token]
    private let mistake: PromQLError?
    private var next = 0
    var depth = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        var lexer = Lexer(bytes)
        (tokens, mistake) = lexer.tokens()
    }

    mutating func wholeQuery() throws(PromQLError) -> Expression {
        if current.kind == .end { throw mistake ?? error("no expression found in input", at: current.range) }
        let expression = try expression()
        guard current.kind == .end, mistake == nil else { throw unexpected("") }
        return expression
    }

    // MARK: Tokens

    var current: Token { tokens[next] }

    var following: Token { tokens[min(next + 1, tokens.count - 1)] }

    var previous: Token { tokens[max(0, next - 1)] }

    mutating func advance() -> Token {
        defer { if next < tokens.count - 1 { next += 1 } }
        return tokens[next]
    }

    mutating func skip(_ kind: Token.Kind) -> Bool {
        guard current.kind == kind else { return false }
        _ = advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind, _ context: String, _ expected: String) throws(PromQLError) -> Token {
        guard current.kind == kind else { throw unexpected(context, expected) }
        return advance()
    }

    func text(of token: Token) -> String {
        String(decoding: bytes[token.range.start..<token.range.end], as: UTF8.self)
    }

    @inline(never)
    func error(_ problem: String, at range: SourceRange) -> PromQLError {
        .badQuery(problem, at: range, in: bytes)
    }

    @inline(never)
    func unexpected(_ context: String, _ expected: String = "") -> PromQLError {
        if current.kind == .end, let mistake { return mistake }
        var problem = "unexpected \(described(current))"
        if !context.isEmpty { problem += " in \(context)" }
        if !expected.isEmpty { problem += ", expected \(expected)" }
        return error(problem, at: current.range)
    }

    private func described(_ token: Token) -> String {
        switch token.kind {
        case .end: "end of input"
        case .identifier: "identifier \(text(of: token).quoted)"
        case .metricIdentifier: "metric identifier \(text(of: token).quoted)"
        case .string: "string \(text(of: token).quoted)"
        case .number: "number \(text(of: token).quoted)"
        case .duration: "duration \(text(of: token).quoted)"
        case .keyword: "<\(text(of: token))>"
        case .binary(.and), .binary(.or), .binary(.unless), .binary(.arcTangent): "<\(text(of: token))>"
        case .binary: "<op:\(text(of: token))>"
        default: "\(text(of: token).quoted)"
        }
    }

    // MARK: Operators

    /// Everything that a node of the tree passes through: long chains are as deep as nested parentheses.
    @inline(never)
    func made(_ kind: Expression.Kind, _ range: SourceRange) throws(PromQLError) -> Expression {
        let expression = Expression(kind, range)
        if expression.depth > Self.depthLimit { throw tooDeep(Self.depthLimit, range) }
        return expression
    }

    func tooDeep(_ limit: Int, _ range: SourceRange) -> PromQLError {
        error("expression is nested deeper than \(limit) levels", at: range)
    }

    mutating func expression(_ least: Int = 1) throws(PromQLError) -> Expression {
        guard depth < Self.nestingLimit else { throw tooDeep(Self.nestingLimit, current.range) }
        depth += 1
        defer { depth -= 1 }
        var left = try unary()
        while case .binary(let operation) = current.kind, operation.precedence >= least {
            _ = advance()
            let (returnsBool, matching) = try binaryModifiers()
            // A power groups to the right, all others to the left.
            let right = try expression(operation.precedence + (operation == .power ? 0 : 1))
            let binary = Binary(
                left: left,
                operation: operation,
                right: right,
                returnsBool: returnsBool,
                matching: matching
            )
            left = try made(.binary(binary), left.range.through(right.range))
        }
        return left
    }

    private mutating func unary() throws(PromQLError) -> Expression {
        guard case .binary(let sign) = current.kind, sign == .add || sign == .subtract else { return try postfixed() }
        let token = advance()
        // A sign binds as tight as a product, so only powers belong to its operand.
        let operand = try expression(BinaryOperator.power.precedence)
        let range = token.range.through(operand.range)
        if case .number(let value, let isDuration) = operand.kind {
            return try made(.number(sign == .subtract ? -value : value, isDuration: isDuration), range)
        }
        return try made(sign == .subtract ? .negation(operand) : .plus(operand), range)
    }

    @inline(never)
    private mutating func binaryModifiers() throws(PromQLError) -> (Bool, VectorMatching) {
        let returnsBool = skip(.keyword(.bool))
        var matching = VectorMatching()
        guard current.kind == .keyword(.on) || current.kind == .keyword(.ignoring) else {
            return (returnsBool, matching)
        }
        matching.isOn = advance().kind == .keyword(.on)
        matching.labels = try groupingLabels()
        guard current.kind == .keyword(.groupLeft) || current.kind == .keyword(.groupRight) else {
            return (returnsBool, matching)
        }
        matching.cardinality = advance().kind == .keyword(.groupLeft) ? .manyToOne : .oneToMany
        if current.kind == .leftParenthesis { matching.include = try groupingLabels() }
        return (returnsBool, matching)
    }
}
