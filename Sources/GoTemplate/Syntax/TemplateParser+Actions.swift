internal import FleetModel

extension TemplateParser {
    /// What stands after `{{`.
    mutating func action() throws(TemplateError) -> Piece {
        let token = nextWord()
        if token.kind == .keyword { return try keyword(token) }
        back()
        let place = peekWord().place
        let pipe = try pipeline("command", place, closedBy: .close)
        return .node(.action(pipe))
    }

    private mutating func keyword(_ token: TemplateToken) throws(TemplateError) -> Piece {
        switch token.text {
        case "if": return .node(.conditional(try branch(token)))
        case "with": return .node(.with(try branch(token)))
        case "range": return .node(.range(try branch(token)))
        case "template": return .node(try call())
        case "block": return .node(try block(token))
        case "break", "continue":
            let after = nextWord()
            guard after.kind == .close else { throw unexpected(after, "{{\(token.text)}}") }
            guard rangeDepth > 0 else { throw fail("{{\(token.text)}} outside {{range}}", token) }
            return .node(.leave(isBreak: token.text == "break", place: token.place))
        case "end":
            try close("end")
            return .end
        case "else":
            // `else if` and `else with` are read by the branch that they belong to.
            let after = peekWord()
            if after.kind == .keyword, after.text == "if" || after.text == "with" { return .otherwise }
            try close("else")
            return .otherwise
        default: throw unexpected(token, "command")
        }
    }

    /// `if`, `with` and `range` with all that is theirs.
    private mutating func branch(_ word: TemplateToken) throws(TemplateError) -> TemplateBranch {
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        let pipe = try pipeline(word.text, word.place, closedBy: .close)
        if word.text == "range" { rangeDepth += 1 }
        let (body, ending) = try list()
        if word.text == "range" { rangeDepth -= 1 }
        var branch = TemplateBranch(pipe: pipe, body: body, otherwise: [], place: word.place)
        guard ending == .otherwise else { return branch }
        let after = peekWord()
        if after.kind == .keyword, after.text == "if" || after.text == "with" {
            guard after.text == word.text else { throw unexpected(after, word.text) }
            skipSpace()
            next()
            let inner = try deeper { parser throws(TemplateError) in try parser.branch(after) }
            branch.otherwise = [word.text == "if" ? .conditional(inner) : .with(inner)]
            return branch
        }
        let (otherwise, last) = try list()
        guard last == .end else { throw fail("expected end; found {{else}}", peek()) }
        branch.otherwise = otherwise
        return branch
    }

    /// `{{template "name" pipeline}}`
    private mutating func call() throws(TemplateError) -> TemplateNode {
        let place = peekWord().place
        let name = try templateName("template clause")
        var pipe: TemplatePipe?
        if peekWord().kind == .close {
            try close("template clause")
        } else {
            pipe = try pipeline("template clause", peekWord().place, closedBy: .close)
        }
        return .call(name: name, quoted: name.quoted, pipe: pipe, place: place)
    }

    private mutating func templateName(_ context: String) throws(TemplateError) -> String {
        let token = nextWord()
        guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, context) }
        return try unquoted(token)
    }

    /// `{{block "name" pipeline}} … {{end}}`: defined and called at once.
    private mutating func block(_ word: TemplateToken) throws(TemplateError) -> TemplateNode {
        let name = try templateName("block clause")
        let pipe = try pipeline("block clause", peekWord().place, closedBy: .close)
        let (outer, outerRange) = (variables, rangeDepth)
        (variables, rangeDepth) = (["$"], 0)
        let (nodes, ending) = try list()
        guard ending == .end else { throw fail("unexpected {{else}} in block clause", peek()) }
        (variables, rangeDepth) = (outer, outerRange)
        try add(TemplateBody(name: name, source: source, nodes: nodes), word)
        return .call(name: name, quoted: name.quoted, pipe: pipe, place: word.place)
    }
}
