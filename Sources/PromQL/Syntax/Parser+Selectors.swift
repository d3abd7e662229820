import FleetModel

/// Selectors and what is written behind them.
extension Parser {
    /// An operand with its windows, `offset` and `@`, which bind tighter than any operator.
    mutating func postfixed() throws(PromQLError) -> Expression {
        var expression = try operand()
        while true {
            switch current.kind {
            case .leftBracket: expression = try bracketed(expression)
            case .keyword(.offset): expression = try offset(expression)
            case .at: expression = try at(expression)
            default: return expression
            }
        }
    }

    @inline(never)
    mutating func selector() throws(PromQLError) -> Expression {
        let first = current
        var selector = VectorSelector(name: nil, matchers: [])
        if first.kind != .leftBrace { selector.name = text(of: advance()) }
        if skip(.leftBrace) { try matchers(&selector) }
        if let name = selector.name {
            selector.matchers.append(LabelMatcher(LabelSet.nameLabel, .equal(name)))
        }
        return try made(.selector(selector), first.range.through(previous.range))
    }

    private mutating func matchers(_ selector: inout VectorSelector) throws(PromQLError) {
        while !skip(.rightBrace) {
            selector.matchers.append(try matcher())
            if skip(.rightBrace) { return }
            _ = try expect(.comma, "label matching", "\",\" or \"}\"")
        }
    }

    private mutating func matcher() throws(PromQLError) -> LabelMatcher {
        let label = current
        guard label.kind == .identifier || label.kind == .string else {
            throw unexpected("label matching", "identifier or \"}\"")
        }
        _ = advance()
        let name = label.kind == .string ? Lexer.text(of: label, in: bytes) : text(of: label)
        let isNameAlone = current.kind == .comma || current.kind == .rightBrace
        if label.kind == .string, isNameAlone { return LabelMatcher(LabelSet.nameLabel, .equal(name)) }
        let operation = current
        switch operation.kind {
        case .equal, .equalPattern, .notEqualPattern, .binary(.notEqual): _ = advance()
        default: throw unexpected("label matching", "label matching operator")
        }
        let value = try expect(.string, "label matching", "string")
        let test = try test(operation.kind, Lexer.text(of: value, in: bytes), at: label.range.through(value.range))
        return LabelMatcher(name, test)
    }

    private func test(
        _ operation: Token.Kind,
        _ value: String,
        at range: SourceRange
    ) throws(PromQLError) -> LabelMatcher.Test {
        switch operation {
        case .equal: return .equal(value)
        case .binary: return .notEqual(value)
        default:
            do throws(PatternError) {
                let pattern = try Pattern(value, flags: .dotMatchesAll)
                return operation == .equalPattern ? .matches(pattern) : .notMatches(pattern)
            } catch {
                throw self.error("error parsing regexp: \(error.problem)", at: range)
            }
        }
    }

    @inline(never)
    private mutating func bracketed(_ inner: Expression) throws(PromQLError) -> Expression {
        let open = advance()
        let window = try windowLength()
        if skip(.colon) {
            let step = current.kind == .rightBracket ? nil : try windowLength()
            let close = try expect(.rightBracket, "subquery selector", "\"]\"")
            return try made(
                .subquery(Subquery(inner: inner, window: window, step: step)),
                inner.range.through(close.range)
            )
        }
        let close = try expect(.rightBracket, "subquery or range", "\":\" or \"]\"")
        guard case .selector(let selector) = inner.kind else {
            throw error("ranges only allowed for vector selectors", at: open.range.through(close.range))
        }
        if selector.modifiers.offset != 0 {
            throw error("no offset modifiers allowed before range", at: open.range.through(close.range))
        }
        if selector.modifiers.at != nil {
            throw error("no @ modifiers allowed before range", at: open.range.through(close.range))
        }
        return try made(.window(selector, milliseconds: window), inner.range.through(close.range))
    }

    @inline(never)
    private mutating func offset(_ inner: Expression) throws(PromQLError) -> Expression {
        _ = advance()
        let offset = try offsetLength()
        return try modified(inner, "offset modifier") { (modifiers) in
            if modifiers.offset != 0 { return "offset may not be set multiple times" }
            modifiers.offset = offset
            return nil
        }
    }

    @inline(never)
    private mutating func at(_ inner: Expression) throws(PromQLError) -> Expression {
        _ = advance()
        let moment = try moment()
        return try modified(inner, "@ modifier") { (modifiers) in
            if modifiers.at != nil { return "@ <timestamp> may not be set multiple times" }
            modifiers.at = moment
            return nil
        }
    }

    private mutating func moment() throws(PromQLError) -> TimeModifiers.Moment {
        let first = current
        for (keyword, moment) in [(Token.Keyword.start, TimeModifiers.Moment.start), (.end, .end)]
        where skip(.keyword(keyword)) {
            _ = try expect(.leftParenthesis, "@", "timestamp")
            _ = try expect(.rightParenthesis, "@", "timestamp")
            return moment
        }
        let seconds = try signedNumber("@", "timestamp")
        guard seconds.isFinite, Swift.abs(seconds) < 9.2e15 else {
            throw error(
                "timestamp out of bounds for @ modifier: \(seconds)",
                at: first.range.through(previous.range)
            )
        }
        return .time(Int64((seconds * 1000).rounded(.toNearestOrAwayFromZero)))
    }

    private func modified(
        _ inner: Expression,
        _ what: String,
        _ change: (inout TimeModifiers) -> String?
    ) throws(PromQLError) -> Expression {
        let range = inner.range.through(previous.range)
        var kind = inner.kind
        let problem: String?
        switch inner.kind {
        case .selector(var selector):
            problem = change(&selector.modifiers)
            kind = .selector(selector)
        case .window(var selector, let window):
            problem = change(&selector.modifiers)
            kind = .window(selector, milliseconds: window)
        case .subquery(var subquery):
            problem = change(&subquery.modifiers)
            kind = .subquery(subquery)
        default:
            problem =
                "\(what) must be preceded by an instant vector selector or range vector selector or a subquery"
        }
        if let problem { throw error(problem, at: inner.range) }
        return try made(kind, range)
    }
}
