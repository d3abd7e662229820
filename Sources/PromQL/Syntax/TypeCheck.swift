import FleetModel

/// What the grammar allows and the language does not, in Prometheus' words.
struct TypeCheck {
    let query: [UInt8]

    func check(_ expression: Expression) throws(PromQLError) {
        if isInfoSelector(1, of: expression), expression.kind.parts.count > 1 {
            try check(infoSelector: expression.kind.parts[1])
        }
        for (index, part) in expression.kind.parts.enumerated() where !isInfoSelector(index, of: expression) {
            try check(part)
        }
        switch expression.kind {
        case .number, .string, .parentheses: return
        case .selector(let selector), .window(let selector, _): try check(selector, at: expression.range)
        case .subquery(let subquery):
            guard subquery.inner.type == .vector else {
                let type = subquery.inner.type.rawValue
                throw error("subquery is only allowed on instant vector, got \(type) instead", at: expression.range)
            }
        case .call(let function, let arguments): try check(function, arguments, at: expression.range)
        case .aggregation(let aggregation):
            try expect(.vector, aggregation.inner, "aggregation expression")
            if let type = aggregation.aggregator.parameter, let parameter = aggregation.parameter {
                try expect(type, parameter, "aggregation parameter")
            }
        case .binary(let binary): try check(binary, at: expression.range)
        case .negation(let inner), .plus(let inner):
            guard inner.type == .scalar || inner.type == .vector else {
                throw error(
                    "unary expression only allowed on expressions of type scalar or instant vector, got "
                        + inner.type.rawValue.quoted,
                    at: expression.range
                )
            }
        }
    }

    private func error(_ problem: String, at range: SourceRange) -> PromQLError {
        .badQuery(problem, at: range, in: query)
    }

    private func expect(_ type: ValueType, _ expression: Expression, _ context: String) throws(PromQLError) {
        guard expression.type != type else { return }
        throw error(
            "expected type \(type.rawValue) in \(context), got \(expression.type.rawValue)",
            at: expression.range
        )
    }

    /// The second argument of `info` chooses labels and no series.
    private func isInfoSelector(_ index: Int, of expression: Expression) -> Bool {
        if case .call(.info, _) = expression.kind { index == 1 } else { false }
    }

    private func check(infoSelector expression: Expression) throws(PromQLError) {
        guard case .selector(let selector) = expression.kind, selector.name == nil else {
            throw error("expected label selectors only, got vector selector instead", at: expression.range)
        }
    }

    private func check(_ selector: VectorSelector, at range: SourceRange) throws(PromQLError) {
        guard let name = selector.name else {
            // Without it an empty selector would read the whole store.
            guard selector.matchers.contains(where: { !$0.holds(for: "") }) else {
                throw error("vector selector must contain at least one non-empty matcher", at: range)
            }
            return
        }
        for matcher in selector.matchers.dropLast() where matcher.name == LabelSet.nameLabel {
            let other: String
            switch matcher.test {
            case .equal(let text), .notEqual(let text): other = text
            case .matches(let pattern), .notMatches(let pattern): other = pattern.text
            }
            throw error("metric name must not be set twice: \(name.quoted) or \(other.quoted)", at: range)
        }
    }

    private func check(
        _ function: Function,
        _ arguments: [Expression],
        at range: SourceRange
    ) throws(PromQLError) {
        let (least, most) = function.counts
        let name = function.rawValue.quoted
        if least == most, arguments.count != least {
            throw error("expected \(least) argument(s) in call to \(name), got \(arguments.count)", at: range)
        }
        if arguments.count < least {
            throw error("expected at least \(least) argument(s) in call to \(name), got \(arguments.count)", at: range)
        }
        if arguments.count > most {
            throw error("expected at most \(most) argument(s) in call to \(name), got \(arguments.count)", at: range)
        }
        let types = function.arguments
        for (index, argument) in arguments.enumerated() {
            try expect(types[min(index, types.count - 1)], argument, "call to function \(name)")
        }
    }

    private func operatorRange(_ binary: Binary) -> SourceRange {
        var start = binary.left.range.end
        while start < query.count, query[start] <= 0x20 { start += 1 }
        return SourceRange(start, binary.right.range.start)
    }

    private func check(_ binary: Binary, at range: SourceRange) throws(PromQLError) {
        let operation = binary.operation
        let (left, right) = (binary.left.type, binary.right.type)
        let between = operatorRange(binary)
        if binary.returnsBool, !operation.isComparison {
            throw error("bool modifier can only be used on comparison operators", at: between)
        }
        if operation.isComparison, !binary.returnsBool, left == .scalar, right == .scalar {
            throw error("comparisons between scalars must use BOOL modifier", at: between)
        }
        if binary.matching.isOn, let label = binary.matching.labels.first(where: binary.matching.include.contains) {
            throw error("label \(label.quoted) must not occur in ON and GROUP clause at once", at: between)
        }
        for side in [binary.left, binary.right] where side.type != .scalar && side.type != .vector {
            throw error("binary expression must contain only scalar and instant vector types", at: side.range)
        }
        if left == .scalar || right == .scalar {
            if !binary.matching.labels.isEmpty {
                throw error("vector matching only allowed between instant vectors", at: range)
            }
            if operation.isSetOperator {
                let name = operation.rawValue.quoted
                throw error("set operator \(name) not allowed in binary scalar expression", at: range)
            }
        } else if operation.isSetOperator, binary.matching.cardinality != .oneToOne {
            throw error("no grouping allowed for \(operation.rawValue.quoted) operation", at: range)
        }
    }
}
