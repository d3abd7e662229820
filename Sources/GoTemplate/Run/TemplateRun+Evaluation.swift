internal import FleetModel

extension TemplateRun {
    /// The value of a pipeline.
    ///
    /// - `assigns`: false for `range`, which sets the variables itself.
    mutating func evaluate(
        _ pipe: TemplatePipe,
        _ dot: GoValue,
        assigns: Bool = true
    ) throws(TemplateError) -> GoValue {
        at(.pipe(pipe))
        var last: GoValue?
        for command in pipe.commands {
            try spend(1)
            last = try evaluate(command, dot, last)
        }
        let value = last ?? .none
        guard assigns else { return value }
        for name in pipe.variables {
            if pipe.isAssignment { try assign(name, value) } else { variables.append((name, value)) }
        }
        return value
    }

    private mutating func evaluate(
        _ command: TemplateCommand,
        _ dot: GoValue,
        _ last: GoValue?
    ) throws(TemplateError) -> GoValue {
        guard let first = command.operands.first else { return .none }
        let arguments = command.operands.dropFirst()
        switch first.kind {
        case .field(let names):
            at(.operand(first))
            return try fields(names, of: dot, first, Arguments(dot, arguments, last))
        case .variable(let name, let names):
            at(.operand(first))
            let value = variables.last { $0.name == name }?.value ?? .none
            guard !names.isEmpty else {
                try refuseArguments(first, arguments, last)
                return value
            }
            return try fields(names, of: value, first, Arguments(dot, arguments, last))
        case .chain(let inner, let names):
            at(.operand(first))
            let value = try argument(inner, dot)
            return try fields(names, of: value, first, Arguments(dot, arguments, last))
        case .function(let name):
            at(.operand(first))
            return try function(name, command, Arguments(dot, arguments, last))
        case .pipe(let pipe):
            try refuseArguments(first, arguments, last)
            return try deeper { run throws(TemplateError) in try run.evaluate(pipe, dot) }
        case .dot, .nilWord, .bool, .int, .float, .string:
            at(.operand(first))
            try refuseArguments(first, arguments, last)
            if case .nilWord = first.kind { throw failure("nil is not a command") }
            return try argument(first, dot)
        }
    }

    private func refuseArguments(
        _ operand: TemplateOperand,
        _ arguments: ArraySlice<TemplateOperand>,
        _ last: GoValue?
    ) throws(TemplateError) {
        guard arguments.isEmpty, last == nil else {
            let text = operand.isPipe ? "(\(operand))" : operand.description
            throw failure("can't give argument to non-function \(text)")
        }
    }

    /// The value of an operand that stands alone.
    mutating func argument(_ operand: TemplateOperand, _ dot: GoValue) throws(TemplateError) -> GoValue {
        at(.operand(operand))
        try spend(1)
        switch operand.kind {
        case .dot: return dot
        case .nilWord: return .none
        case .bool(let flag): return .bool(flag)
        case .int(let number, _): return .int(number)
        case .float(let number, _): return .float(number)
        case .string(let text, _): return .string(text)
        case .pipe(let pipe):
            return try deeper { run throws(TemplateError) in try run.evaluate(pipe, dot) }
        case .field, .variable, .chain, .function:
            return try deeper { run throws(TemplateError) in
                try run.evaluate(TemplateCommand(operands: [operand], place: operand.place), dot, nil)
            }
        }
    }

    /// What a function or method is called with: still to be evaluated, and what came down the pipe.
    struct Arguments {
        var dot: GoValue
        var operands: ArraySlice<TemplateOperand>
        var last: GoValue?

        init(_ dot: GoValue, _ operands: ArraySlice<TemplateOperand>, _ last: GoValue?) {
            self.dot = dot
            self.operands = operands
            self.last = last
        }

        var count: Int { operands.count + (last == nil ? 0 : 1) }
    }

    /// `.A.B.C args`: only the last one takes the arguments.
    private mutating func fields(
        _ names: [String],
        of value: GoValue,
        _ operand: TemplateOperand,
        _ arguments: Arguments
    ) throws(TemplateError) -> GoValue {
        var value = value
        for name in names.dropLast() {
            value = try field(name, of: value, operand, Arguments(arguments.dot, [], nil))
        }
        guard let name = names.last else { return value }
        return try field(name, of: value, operand, arguments)
    }

    private mutating func field(
        _ name: String,
        of value: GoValue,
        _ operand: TemplateOperand,
        _ arguments: Arguments
    ) throws(TemplateError) -> GoValue {
        if case .object(let object) = value, let method = object.method(name) {
            return try invoke(method, name, arguments, .operand(operand))
        }
        if case .object(let object) = value, case .structure(let fields) = object.core {
            if let field = fields.first(where: { $0.name == name }) {
                guard arguments.count == 0 else {
                    throw failure("\(name) has arguments but cannot be invoked as function")
                }
                return field.value
            }
        }
        switch value.plain {
        case .none: return .none
        case .map(let map):
            guard arguments.count == 0 else { throw failure("\(name) is not a method but has arguments") }
            return map[name]
        case .bool, .int, .float, .string, .list, .object:
            throw failure("can't evaluate field \(name) in type \(value.typeName)")
        }
    }
}
