internal import FleetModel

extension TemplateParser {
    /// `$x := a | b c`, with the delimiter that ends it.
    mutating func pipeline(
        _ context: String,
        _ place: Int,
        closedBy ending: TemplateToken.Kind
    ) throws(TemplateError) -> TemplatePipe {
        var pipe = TemplatePipe(variables: [], isAssignment: false, commands: [], place: peekWord().place)
        try declarations(into: &pipe, context)
        while true {
            let token = nextWord()
            switch token.kind {
            case ending:
                try check(pipe, context, token)
                return pipe
            case .bool, .character, .dot, .field, .identifier, .number, .nilWord, .rawString, .string, .variable,
                .leftParenthesis:
                back()
                pipe.commands.append(try command())
            default: throw unexpected(token, context)
            }
        }
    }

    private mutating func declarations(into pipe: inout TemplatePipe, _ context: String) throws(TemplateError) {
        while peekWord().kind == .variable {
            let start = peekWord()
            var ahead = 0
            while peek(ahead).kind == .space { ahead += 1 }
            ahead += 1
            while peek(ahead).kind == .space { ahead += 1 }
            let after = peek(ahead)
            switch after.kind {
            case .declare, .assign:
                pipe.isAssignment = after.kind == .assign
                take(start, &pipe)
                return
            case .comma where context == "range" && pipe.variables.isEmpty:
                take(start, &pipe)
            case .comma where context == "range":
                throw fail("too many declarations in range", after)
            case .comma: throw fail("too many declarations in \(context)", after)
            default: return
            }
        }
        // `$i,` must be followed by another name.
        if !pipe.variables.isEmpty { throw fail("range can only initialize variables", peekWord()) }
    }

    private mutating func take(_ name: TemplateToken, _ pipe: inout TemplatePipe) {
        _ = nextWord()
        let sign = nextWord()
        pipe.variables.append(name.text)
        if sign.kind != .assign { variables.append(name.text) }
    }

    private func check(
        _ pipe: TemplatePipe,
        _ context: String,
        _ token: TemplateToken
    ) throws(TemplateError) {
        guard !pipe.commands.isEmpty else { throw fail("missing value for \(context)", token) }
        for (index, command) in pipe.commands.enumerated().dropFirst() {
            switch command.operands.first?.kind {
            case .bool, .dot, .nilWord, .int, .float, .string:
                throw fail("non executable command in pipeline stage \(index + 1)", token)
            default: continue
            }
        }
    }

    /// A value or a function with its arguments, up to `|` or the end.
    private mutating func command() throws(TemplateError) -> TemplateCommand {
        var command = TemplateCommand(operands: [], place: peekWord().place)
        while true {
            skipSpace()
            if let operand = try operand() { command.operands.append(operand) }
            let token = next()
            switch token.kind {
            case .space: continue
            case .close, .rightParenthesis: back()
            case .pipe: break
            default: throw unexpected(token, "operand")
            }
            guard !command.operands.isEmpty else { throw fail("empty command", token) }
            return command
        }
    }

    /// A term and the fields behind it.
    private mutating func operand() throws(TemplateError) -> TemplateOperand? {
        guard let term = try term() else { return nil }
        guard peek().kind == .field else { return term }
        let place = peek().place
        var fields: [String] = []
        while peek().kind == .field { fields.append(String(next().text.dropFirst())) }
        switch term.kind {
        case .field(let names): return TemplateOperand(kind: .field(names + fields), place: place)
        case .variable(let name, let names):
            return TemplateOperand(kind: .variable(name, names + fields), place: place)
        case .bool, .int, .float, .string, .nilWord, .dot:
            throw source.error("syntax", "unexpected . after term \(term.description.quoted)", at: term.place)
        case .function, .chain, .pipe: return TemplateOperand(kind: .chain(term, fields), place: place)
        }
    }

    private mutating func term() throws(TemplateError) -> TemplateOperand? {
        let token = next()
        switch token.kind {
        case .identifier:
            guard functions.contains(token.text) || GoBuiltins.names.contains(token.text) else {
                throw fail("function \(token.text.quoted) not defined", token)
            }
            return TemplateOperand(kind: .function(token.text), place: token.place)
        case .dot: return TemplateOperand(kind: .dot, place: token.place)
        case .nilWord: return TemplateOperand(kind: .nilWord, place: token.place)
        case .variable:
            try checkKnown(token)
            return TemplateOperand(kind: .variable(token.text, []), place: token.place)
        case .field: return TemplateOperand(kind: .field([String(token.text.dropFirst())]), place: token.place)
        case .bool: return TemplateOperand(kind: .bool(token.text == "true"), place: token.place)
        case .character, .number: return try number(token)
        case .leftParenthesis:
            let pipe = try deeper { parser throws(TemplateError) in
                try parser.pipeline("parenthesized pipeline", token.place, closedBy: .rightParenthesis)
            }
            return TemplateOperand(kind: .pipe(pipe), place: token.place)
        case .string, .rawString:
            return TemplateOperand(kind: .string(try unquoted(token), source: token.text), place: token.place)
        default:
            back()
            return nil
        }
    }

    private func number(_ token: TemplateToken) throws(TemplateError) -> TemplateOperand {
        switch GoLiteral.number(token.text) {
        case .int(let number): TemplateOperand(kind: .int(number, source: token.text), place: token.place)
        case .float(let number): TemplateOperand(kind: .float(number, source: token.text), place: token.place)
        case nil: throw fail("illegal number syntax: \(token.text.quoted)", token)
        }
    }

    private func checkKnown(_ token: TemplateToken) throws(TemplateError) {
        guard variables.contains(token.text) else { throw fail("undefined variable \(token.text.quoted)", token) }
    }
}
