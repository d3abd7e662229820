extension TemplatePipe: CustomStringConvertible {
    /// As Go writes it again, for error texts.
    var description: String {
        let declared = variables.joined(separator: ", ")
        return (declared.isEmpty ? "" : declared + (isAssignment ? " = " : " := "))
            + commands.map(\.description).joined(separator: " | ")
    }
}

extension TemplateCommand: CustomStringConvertible {
    var description: String {
        operands.map { operand in
            if case .pipe(let pipe) = operand.kind { "(\(pipe))" } else { operand.description }
        }.joined(separator: " ")
    }
}

extension TemplateOperand: CustomStringConvertible {
    var description: String {
        switch kind {
        case .dot: "."
        case .nilWord: "nil"
        case .bool(let flag): flag ? "true" : "false"
        case .int(_, let source), .float(_, let source), .string(_, let source): source
        case .field(let names): names.map { "." + $0 }.joined()
        case .variable(let name, let names): name + names.map { "." + $0 }.joined()
        case .function(let name): name
        case .chain(let inner, let names):
            (inner.isPipe ? "(\(inner))" : inner.description) + names.map { "." + $0 }.joined()
        case .pipe(let pipe): pipe.description
        }
    }

    var isPipe: Bool { if case .pipe = kind { true } else { false } }
}

extension TemplateNode {
    /// As Go writes it again, for error texts.
    static func callText(_ quoted: String, _ pipe: TemplatePipe?) -> String {
        "{{template \(quoted)" + (pipe.map { " \($0)" } ?? "") + "}}"
    }
}
