/// A template that was read: what to write and what to run.
indirect enum TemplateNode: Sendable {
    case text(String)
    case action(TemplatePipe)
    case conditional(TemplateBranch)
    case with(TemplateBranch)
    case range(TemplateBranch)
    case call(name: String, quoted: String, pipe: TemplatePipe?, place: Int)
    case leave(isBreak: Bool, place: Int)
}

/// `if`, `with`, `range`.
struct TemplateBranch: Sendable {
    var pipe: TemplatePipe
    var body: [TemplateNode]
    var otherwise: [TemplateNode]
    var place: Int
}

/// `$x := a | b c`.
struct TemplatePipe: Sendable {
    var variables: [String]
    /// `=` and not `:=`.
    var isAssignment: Bool
    var commands: [TemplateCommand]
    var place: Int
}

/// A value, or a function and its arguments.
struct TemplateCommand: Sendable {
    var operands: [TemplateOperand]
    var place: Int
}

struct TemplateOperand: Sendable {
    var kind: Kind
    var place: Int

    indirect enum Kind: Sendable {
        case dot
        case nilWord
        case bool(Bool)
        case int(Int64, source: String)
        case float(Double, source: String)
        case string(String, source: String)
        case field([String])
        /// The name with its dollar, then the fields behind it.
        case variable(String, [String])
        case function(String)
        case chain(TemplateOperand, [String])
        case pipe(TemplatePipe)
    }
}

/// One named template.
struct TemplateBody: Sendable {
    /// What it is called by.
    var name: String
    /// The template it was written in, with its text: for error texts.
    var source: TemplateSource
    var nodes: [TemplateNode]

    /// True where it would write nothing: such a one does not replace another.
    var isBlank: Bool {
        nodes.allSatisfy { node in
            if case .text(let text) = node { text.utf8.allSatisfy { " \t\r\n".utf8.contains($0) } } else { false }
        }
    }
}

/// A template's text under the name it was handed in with.
struct TemplateSource: Sendable {
    var name: String
    var text: String

    /// Line from 1 and byte in the line from 0, as Go counts.
    func position(of place: Int) -> (line: Int, column: Int) {
        var line = 1
        var column = 0
        for byte in text.utf8.prefix(place) {
            column += 1
            if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 0) }
        }
        return (line, column)
    }

    func error(_ reason: String, _ problem: String, at place: Int) -> TemplateError {
        let (line, column) = position(of: place)
        return TemplateError(reason, problem, name: name, line: line, column: column)
    }
}
