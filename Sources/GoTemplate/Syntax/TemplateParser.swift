internal import FleetModel

/// Reads a source into its templates: the one that bears the source's name and those it defines.
struct TemplateParser {
    let source: TemplateSource
    /// The functions that may be called; a call of another is a mistake of the source.
    let functions: Set<String>
    var defined: [String: TemplateBody] = [:]

    private var tokens: [TemplateToken]
    private var at = 0
    /// Variables in sight; `$` first.
    var variables = ["$"]
    var rangeDepth = 0
    private var nesting = 0

    /// - Throws: `TemplateError`.
    static func bodies(of source: TemplateSource, functions: Set<String>) throws(TemplateError) -> [TemplateBody] {
        guard source.text.utf8.count <= TemplateLimits.sourceBytes else {
            throw source.error("limit", "the template is longer than \(TemplateLimits.sourceBytes) bytes", at: 0)
        }
        var parser = TemplateParser(source, functions)
        let nodes = try parser.topLevel()
        let own = TemplateBody(name: source.name, source: source, nodes: nodes)
        return [own] + parser.defined.values.sorted { $0.name < $1.name }
    }

    private init(_ source: TemplateSource, _ functions: Set<String>) {
        self.source = source
        self.functions = functions
        tokens = TemplateLexer.tokens(of: source.text)
    }

    private mutating func topLevel() throws(TemplateError) -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        while peek().kind != .end {
            let token = peek()
            if token.kind == .open, peekKeyword("define", ahead: 1) {
                try definition()
                continue
            }
            switch try nextNode() {
            case .node(let node): nodes.append(node)
            case .end: throw fail("unexpected {{end}}", token)
            case .otherwise: throw fail("unexpected {{else}}", token)
            }
        }
        return nodes
    }

    /// `{{define "name"}} … {{end}}`, which may stand at the top only.
    private mutating func definition() throws(TemplateError) {
        _ = next()
        skipSpace()
        _ = next()
        let name = nextWord()
        guard name.kind == .string || name.kind == .rawString else { throw unexpected(name, "define clause") }
        try close("define clause")
        let outer = variables
        let outerRange = rangeDepth
        variables = ["$"]
        rangeDepth = 0
        let (nodes, ending) = try list()
        guard ending == .end else { throw fail("unexpected {{else}} in define clause", peek()) }
        variables = outer
        rangeDepth = outerRange
        try add(TemplateBody(name: try unquoted(name), source: source, nodes: nodes), name)
    }

    mutating func add(_ body: TemplateBody, _ token: TemplateToken) throws(TemplateError) {
        if let before = defined[body.name] {
            if body.isBlank { return }
            guard before.isBlank else {
                throw fail("template: multiple definition of template \(body.name.quoted)", token)
            }
        }
        defined[body.name] = body
    }

    enum Ending { case end, otherwise }

    enum Piece {
        case node(TemplateNode)
        case end, otherwise
    }

    /// Nodes up to `{{end}}` or `{{else`; after an `else` what follows that word is still to be read.
    mutating func list() throws(TemplateError) -> ([TemplateNode], Ending) {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= TemplateLimits.sourceNesting else {
            throw source.error("limit", "nested deeper than \(TemplateLimits.sourceNesting)", at: peek().place)
        }
        var nodes: [TemplateNode] = []
        while peek().kind != .end {
            switch try nextNode() {
            case .node(let node): nodes.append(node)
            case .end: return (nodes, .end)
            case .otherwise: return (nodes, .otherwise)
            }
        }
        throw fail("unexpected EOF", peek())
    }

    private mutating func nextNode() throws(TemplateError) -> Piece {
        let token = next()
        switch token.kind {
        case .text: return .node(.text(token.text))
        case .open: return try action()
        case .mistake: throw fail(token.text, token)
        default: throw unexpected(token, "input")
        }
    }
}

// Tokens.
extension TemplateParser {
    func peek(_ ahead: Int = 0) -> TemplateToken { tokens[min(at + ahead, tokens.count - 1)] }

    @discardableResult
    mutating func next() -> TemplateToken {
        let token = peek()
        at += 1
        return token
    }

    mutating func back() { at -= 1 }

    mutating func skipSpace() { while peek().kind == .space { at += 1 } }

    func peekWord() -> TemplateToken {
        var ahead = 0
        while peek(ahead).kind == .space { ahead += 1 }
        return peek(ahead)
    }

    mutating func nextWord() -> TemplateToken {
        skipSpace()
        return next()
    }

    private func peekKeyword(_ word: String, ahead: Int) -> Bool {
        var ahead = ahead
        while peek(ahead).kind == .space { ahead += 1 }
        return peek(ahead).kind == .keyword && peek(ahead).text == word
    }

    mutating func close(_ context: String) throws(TemplateError) {
        let token = nextWord()
        guard token.kind == .close else { throw unexpected(token, context) }
    }

    func unquoted(_ token: TemplateToken) throws(TemplateError) -> String {
        guard let text = GoLiteral.unquoted(token.text) else { throw fail("invalid syntax", token) }
        return text
    }

    func fail(_ problem: String, _ token: TemplateToken) -> TemplateError {
        source.error("syntax", problem, at: token.place)
    }

    func unexpected(_ token: TemplateToken, _ context: String) -> TemplateError {
        switch token.kind {
        case .mistake: fail(token.text, token)
        case .end: fail("unexpected EOF in \(context)", token)
        case .keyword, .dot: fail("unexpected <\(token.text)> in \(context)", token)
        default: fail("unexpected \(String(token.text.prefix(40)).quoted) in \(context)", token)
        }
    }

    /// Counts what is open while a step deeper is read.
    mutating func deeper<Read>(
        _ read: (inout TemplateParser) throws(TemplateError) -> Read
    ) throws(TemplateError) -> Read {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= TemplateLimits.sourceNesting else {
            throw source.error("limit", "nested deeper than \(TemplateLimits.sourceNesting)", at: peek().place)
        }
        return try read(&self)
    }
}
