internal import FleetModel

/// A value of an INI inventory as Python's `ast.literal_eval` reads it: `8080` a number, `True` a truth value, `[1, 2]` a
/// list, everything that is no literal the text itself.
struct PythonLiteral {
    private var rest: Substring
    private var depth = 0

    /// Not a literal: the whole value is text.
    private struct NoLiteral: Error {}

    static func value(of text: some StringProtocol) -> JSONValue {
        let whole = Substring(text)
        // Words are by far the most of all values; only these letters can begin a literal.
        guard let first = whole.drop(while: { $0 == " " || $0 == "\t" }).first,
            "'\"+-.(0123456789[{TFNrRbBuU".contains(first)
        else { return .string(String(whole)) }
        var parser = PythonLiteral(rest: whole.drop { $0 == " " || $0 == "\t" })
        do throws(NoLiteral) {
            let value = try parser.expression(topLevel: true)
            parser.skipBlanks()
            guard parser.rest.isEmpty || parser.rest.first == "#" else { return .string(String(whole)) }
            return value
        } catch {
            return .string(String(whole))
        }
    }

    private init(rest: Substring) {
        self.rest = rest
    }

    /// One value, or several with commas between, which make a tuple.
    private mutating func expression(topLevel: Bool) throws(NoLiteral) -> JSONValue {
        let first = try operand()
        skipBlanks()
        guard topLevel, rest.first == "," else { return first }
        rest.removeFirst()
        return .array([first] + (try elements(until: nil)))
    }

    private mutating func operand() throws(NoLiteral) -> JSONValue {
        skipBlanks()
        switch rest.first {
        case "+", "-": return try signedNumber()
        case "(": return try nested { (parser) throws(NoLiteral) in try parser.parenthesized() }
        case "[": return try nested { (parser) throws(NoLiteral) in .array(try parser.elements(until: "]")) }
        case "{": return try nested { (parser) throws(NoLiteral) in try parser.braces() }
        case .some(let letter) where letter == "." || letter.isASCIIDigit:
            if rest.hasPrefix("...") {
                rest.removeFirst(3)
                return .string("...")
            }
            return try number(negative: false)
        default: break
        }
        for (word, value) in [("True", JSONValue.bool(true)), ("False", .bool(false)), ("None", .null)] {
            guard rest.hasPrefix(word) else { continue }
            rest.removeFirst(word.count)
            guard rest.first.map({ $0.isLetter || $0.isNumber || $0 == "_" }) != true else { throw NoLiteral() }
            return value
        }
        var strings = PythonStringLiteral(rest: rest)
        guard let text = strings.concatenation() else { throw NoLiteral() }
        rest = strings.rest
        return .string(text)
    }

    private mutating func nested(
        _ body: (inout PythonLiteral) throws(NoLiteral) -> JSONValue
    ) throws(NoLiteral) -> JSONValue {
        depth += 1
        guard depth <= 50 else { throw NoLiteral() }
        rest.removeFirst()
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func parenthesized() throws(NoLiteral) -> JSONValue {
        skipBlanks()
        if rest.first == ")" {
            rest.removeFirst()
            return .array([])
        }
        let first = try operand()
        skipBlanks()
        if rest.first == ")" {
            rest.removeFirst()
            return first
        }
        guard rest.first == "," else { throw NoLiteral() }
        rest.removeFirst()
        return .array([first] + (try elements(until: ")")))
    }

    private mutating func braces() throws(NoLiteral) -> JSONValue {
        var members: [String: JSONValue] = [:]
        skipBlanks()
        if rest.first == "}" {
            rest.removeFirst()
            return .object(members)
        }
        let first = try operand()
        skipBlanks()
        guard rest.first == ":" else {
            // A set: Ansible makes a list of it.
            if rest.first == "," { rest.removeFirst() }
            return .array([first] + (try elements(until: "}")))
        }
        var key = first
        while true {
            skipBlanks()
            guard rest.first == ":", let name = Self.keyText(key) else { throw NoLiteral() }
            rest.removeFirst()
            members[name] = try operand()
            skipBlanks()
            if rest.first == "," { rest.removeFirst() } else if rest.first != "}" { throw NoLiteral() }
            skipBlanks()
            if rest.first == "}" {
                rest.removeFirst()
                return .object(members)
            }
            key = try operand()
        }
    }

    /// Elements with commas between and perhaps at the end, up to the closing letter or the end of the text.
    private mutating func elements(until close: Character?) throws(NoLiteral) -> [JSONValue] {
        var elements: [JSONValue] = []
        while true {
            skipBlanks()
            if let close, rest.first == close {
                rest.removeFirst()
                return elements
            }
            if close == nil, rest.isEmpty || rest.first == "#" { return elements }
            elements.append(try operand())
            skipBlanks()
            if rest.first == "," {
                rest.removeFirst()
            } else if close == nil || rest.first != close {
                return try end(elements, close)
            }
        }
    }

    private func end(_ elements: [JSONValue], _ close: Character?) throws(NoLiteral) -> [JSONValue] {
        guard close == nil, rest.isEmpty || rest.first == "#" else { throw NoLiteral() }
        return elements
    }

    private mutating func signedNumber() throws(NoLiteral) -> JSONValue {
        let negative = rest.removeFirst() == "-"
        skipBlanks()
        guard let letter = rest.first, letter.isASCIIDigit || letter == "." else { throw NoLiteral() }
        return try number(negative: negative)
    }

    private mutating func number(negative: Bool) throws(NoLiteral) -> JSONValue {
        let length = PythonNumber.length(in: rest)
        let text = rest.prefix(length)
        guard let value = PythonNumber.value(of: text, negative: negative) else { throw NoLiteral() }
        rest.removeFirst(length)
        return value
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == " " || $0 == "\t" }
    }

    private static func keyText(_ key: JSONValue) -> String? {
        switch key {
        case .double(let number): PythonText.float(number)
        case .null: "null"
        default: key.scalarText
        }
    }
}

extension Character {
    /// `0` to `9`.
    var isASCIIDigit: Bool { isASCII && isNumber }
}
