internal import FleetModel

extension TemplateRun {
    mutating func function(
        _ name: String,
        _ command: TemplateCommand,
        _ arguments: Arguments
    ) throws(TemplateError) -> GoValue {
        if let function = functions[name] { return try invoke(function, name, arguments, .command(command)) }
        if name == "and" || name == "or" { return try shortCircuit(name, arguments) }
        guard let function = GoBuiltins.table[name] else { throw failure("\(name.quoted) is not a defined function") }
        let value = try invoke(function, name, arguments, .command(command))
        // Escaped once is enough where the writer escapes too.
        if name == "html", writesHTML { return .object(GoSafeHTML(value.string)) }
        return value
    }

    /// `and` and `or` look at no more than they need.
    private mutating func shortCircuit(_ name: String, _ arguments: Arguments) throws(TemplateError) -> GoValue {
        guard arguments.count > 0 else {
            throw failure("wrong number of args for \(name): want at least 1 got 0")
        }
        var value = GoValue.none
        for operand in arguments.operands {
            value = try argument(operand, arguments.dot)
            if value.isTrue == (name == "or") { return value }
        }
        return arguments.last ?? value
    }

    mutating func invoke(
        _ function: GoFunction,
        _ name: String,
        _ arguments: Arguments,
        _ spot: Spot
    ) throws(TemplateError) -> GoValue {
        try checkCount(function, name, arguments.count)
        var values: [GoValue] = []
        for operand in arguments.operands {
            let value = try argument(operand, arguments.dot)
            values.append(try fitting(value, function.kind(at: values.count), operand))
        }
        if let last = arguments.last {
            values.append(try fitting(last, function.kind(at: values.count), nil))
        }
        try spend(values.reduce(0) { $0 + $1.weight / 64 })
        let value: GoValue
        do throws(GoFunctionError) {
            value = try function.body(values)
        } catch {
            at(spot)
            throw failure("error calling \(name): \(error.problem)")
        }
        guard value.weight <= limits.bytes else {
            throw failure("\(name) gives a text of more than \(limits.bytes) bytes", "limit")
        }
        return value
    }

    private func checkCount(_ function: GoFunction, _ name: String, _ count: Int) throws(TemplateError) {
        let wanted = function.parameters.count
        if function.rest != nil {
            guard count < wanted else { return }
            throw failure("wrong number of args for \(name): want at least \(wanted) got \(count)")
        }
        guard count != wanted else { return }
        throw failure("wrong number of args for \(name): want \(wanted) got \(count)")
    }

    /// The value as a parameter of this kind takes it.
    private func fitting(
        _ value: GoValue,
        _ kind: GoKind,
        _ operand: TemplateOperand?
    ) throws(TemplateError) -> GoValue {
        // A whole literal is a float where one is wanted, and the other way round.
        switch (operand?.kind, kind) {
        case (.int(let number, _), .float): return .float(Double(number))
        case (.float(let number, _), .int):
            if let whole = Int64(exactly: number) { return .int(whole) }
        default: break
        }
        if let taken = kind.taking(value) { return taken }
        switch operand?.kind {
        case .nilWord: throw failure("cannot assign nil to \(kind.typeName)")
        case .bool, .int, .float, .string:
            let wanted = kind == .int ? "integer" : kind == .float ? "float" : kind.typeName
            if kind == .strings {
                throw failure("can't handle \(operand?.description ?? "") for arg of type \(kind.typeName)")
            }
            throw failure("expected \(wanted); found \(operand?.description ?? "")")
        default: break
        }
        if case .none = value { throw failure("invalid value; expected \(kind.typeName)") }
        throw failure("wrong type for value; expected \(kind.typeName); got \(value.typeName)")
    }
}

extension GoValue {
    /// Bytes of text inside, for lists one level deep: what a function has to look through.
    var weight: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .list(let elements):
            elements.reduce(0) { sum, element in
                if case .string(let text) = element { sum + text.utf8.count } else { sum + 8 }
            }
        case .none, .bool, .int, .float, .map, .object: 8
        }
    }
}
