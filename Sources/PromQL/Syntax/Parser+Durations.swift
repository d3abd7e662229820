import Glibc

/// Durations of windows, steps and offsets, which may be calculated: `[5m * 2]`, `offset (1h - 30s)`.
extension Parser {
    /// A length in milliseconds, above zero.
    mutating func windowLength() throws(PromQLError) -> Int64 {
        let first = current
        let seconds = try calculated()
        let range = first.range.through(previous.range)
        if seconds <= 0 { throw error("duration must be greater than 0", at: range) }
        return max(1, try milliseconds(seconds, at: range))
    }

    /// Milliseconds into the past. A calculation begins with a parenthesis and, as in Prometheus, takes all operators that
    /// follow; a bare number takes none.
    mutating func offsetLength() throws(PromQLError) -> Int64 {
        let first = current
        let isCalculated = first.kind == .leftParenthesis || isSign(first) && following.kind == .leftParenthesis
        let seconds = isCalculated ? try calculated() : try signedNumber("offset", "number or duration")
        return try milliseconds(seconds, at: first.range.through(previous.range))
    }

    private func isSign(_ token: Token) -> Bool {
        token.kind == .binary(.add) || token.kind == .binary(.subtract)
    }

    private func milliseconds(_ seconds: Double, at range: SourceRange) throws(PromQLError) -> Int64 {
        guard Swift.abs(seconds) <= 9_223_372_036 else { throw error("duration out of range", at: range) }
        return Int64((seconds * 1e9).rounded() / 1e6)
    }

    /// Seconds, by the precedence of the operators.
    private mutating func calculated(_ least: Int = 1) throws(PromQLError) -> Double {
        guard depth < Self.nestingLimit else { throw tooDeep(Self.nestingLimit, current.range) }
        depth += 1
        defer { depth -= 1 }
        var left = try durationOperand()
        while case .binary(let operation) = current.kind, operation.isArithmetic, operation.precedence >= least {
            let sign = advance()
            let right = try calculated(operation.precedence + (operation == .power ? 0 : 1))
            if right == 0, operation == .divide { throw error("division by zero", at: sign.range) }
            if right == 0, operation == .modulo { throw error("modulo by zero", at: sign.range) }
            left = operation.value(left, right)
        }
        return left
    }

    private mutating func durationOperand() throws(PromQLError) -> Double {
        if case .binary(let sign) = current.kind, sign == .add || sign == .subtract {
            _ = advance()
            let operand = try calculated(BinaryOperator.power.precedence)
            return sign == .subtract ? -operand : operand
        }
        if skip(.leftParenthesis) {
            let inner = try calculated()
            _ = try expect(.rightParenthesis, "duration", "\")\"")
            return inner
        }
        guard current.kind == .number || current.kind == .duration else {
            throw unexpected("subquery selector", "number or duration")
        }
        return try number()
    }

    mutating func signedNumber(_ context: String, _ expected: String) throws(PromQLError) -> Double {
        var isNegative = false
        if case .binary(let sign) = current.kind, sign == .add || sign == .subtract {
            isNegative = sign == .subtract
            _ = advance()
        }
        guard current.kind == .number || current.kind == .duration else { throw unexpected(context, expected) }
        let value = try number()
        return isNegative ? -value : value
    }
}
