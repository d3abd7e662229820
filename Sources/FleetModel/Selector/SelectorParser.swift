/// Selector text to its tree: recursive descent, one character ahead, a limit on nesting.
struct SelectorParser {
    private let text: String
    private let bytes: [UInt8]
    private var index = 0
    private static let lengthLimit = 1 << 20
    private static let depthLimit = 64

    init(_ text: String) throws(UsageError) {
        self.text = text
        self.bytes = Array(text.utf8)
        guard bytes.count <= Self.lengthLimit else {
            throw UsageError(
                "bad_selector",
                "the selector is \(bytes.count) bytes long; at most \(Self.lengthLimit) are allowed"
            )
        }
    }

    mutating func selector() throws(UsageError) -> Selector.Term {
        guard bytes.contains(where: { !Self.isBlank($0) }) else {
            throw UsageError("bad_selector", "the selector is empty", advice: "every node is: all")
        }
        let term = try list(depth: 0)
        guard index == bytes.count else {
            throw fault(peek == UInt8(ascii: ")") ? "“)” was never opened" : "an operator (, & !) is missing")
        }
        return term
    }

    /// Members between `,` and `:`. Those that begin with `&` or `!` concern the whole list.
    private mutating func list(depth: Int) throws(UsageError) -> Selector.Term {
        guard depth < Self.depthLimit else { throw fault("parentheses are nested too deeply") }
        var (plain, common, without): ([Selector.Term], [Selector.Term], [Selector.Term]) = ([], [], [])
        repeat {
            if take("&") {
                common.append(try operand(depth))
            } else if take("!") {
                without.append(try operand(depth))
            } else {
                plain.append(try chain(depth))
            }
        } while take(",") || take(":")
        var term = plain.isEmpty ? Selector.Term.all : plain.count == 1 ? plain[0] : .union(plain)
        for other in common { term = .intersection(term, other) }
        for other in without { term = .difference(term, other) }
        return term
    }

    /// `a&b!c`, from left to right.
    private mutating func chain(_ depth: Int) throws(UsageError) -> Selector.Term {
        var term = try operand(depth)
        while true {
            if take("&") {
                term = .intersection(term, try operand(depth))
            } else if take("!") {
                term = .difference(term, try operand(depth))
            } else {
                return term
            }
        }
    }

    private mutating func operand(_ depth: Int) throws(UsageError) -> Selector.Term {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "("): return try parentheses(depth)
        case UInt8(ascii: ":"): return try state()
        case UInt8(ascii: "@"):
            index += 1
            return try .group(pattern(after: "“@”"))
        case nil: throw fault("the selector ends where a name is expected")
        default: return try word()
        }
    }

    private mutating func parentheses(_ depth: Int) throws(UsageError) -> Selector.Term {
        let start = index
        index += 1
        let term = try list(depth: depth + 1)
        guard take(")") else {
            if index < bytes.count { throw fault("an operator (, & !) or “)” is missing") }
            index = start
            throw fault("“(” is never closed")
        }
        return term
    }

    private mutating func state() throws(UsageError) -> Selector.Term {
        let start = index
        index += 1
        let word = String(decoding: bytes[index...].prefix(while: NameRule.isNameByte), as: UTF8.self)
        guard let state = Selector.State(rawValue: word) else {
            index = start
            let states = Selector.State.allCases.map { ":" + $0.rawValue }.joined(separator: " ")
            throw fault("“:\(word.quotedForMessage)” is not a state", advice: "the states are \(states)")
        }
        index += word.utf8.count
        return .state(state)
    }

    /// A label test, `all`, or a pattern of names.
    private mutating func word() throws(UsageError) -> Selector.Term {
        if let test = try labelTest() { return .label(test) }
        let pattern = try pattern(after: nil)
        return pattern.text == "all" || pattern.text == "*" ? .all : .name(pattern)
    }

    private mutating func pattern(after sign: String?) throws(UsageError) -> NamePattern {
        let start = index
        do {
            let pattern = try NamePattern.parse(bytes, at: &index)
            if index > start { return pattern }
        } catch {
            index = error.offset
            throw fault(error.reason)
        }
        let scalar = String(decoding: bytes[index...].prefix(4), as: UTF8.self).unicodeScalars.first
        throw fault(
            "a name is expected\(sign.map { " after " + $0 } ?? ""), not \(scalar?.shownInMessage ?? "the end")"
        )
    }

    /// Nil, without a step ahead, where no test operator follows the name.
    private mutating func labelTest() throws(UsageError) -> LabelTest? {
        let key = bytes[index...].prefix(while: NameRule.isNameByte)
        guard !key.isEmpty else { return nil }
        let rest = bytes[key.endIndex...]
        let isNegated = rest.first == UInt8(ascii: "!")
        let sign = rest.dropFirst(isNegated ? 1 : 0).first
        guard sign == UInt8(ascii: "=") || sign == UInt8(ascii: "~") else { return nil }
        index = key.endIndex + (isNegated ? 2 : 1)
        let start = index
        let verdict = try verdict(isPattern: sign == UInt8(ascii: "~"), start)
        return LabelTest(key: String(decoding: key, as: UTF8.self), verdict: verdict, isNegated: isNegated)
    }

    private mutating func verdict(isPattern: Bool, _ start: Int) throws(UsageError) -> LabelTest.Verdict {
        let value = try value(keepsEscapes: isPattern)
        guard isPattern else { return .equals(value) }
        do throws(PatternError) {
            return .matches(try Pattern(value))
        } catch {
            index = start
            throw fault(
                "the regular expression “\(value.quotedForMessage)” is wrong: \(error.problem)",
                advice: error.advice
            )
        }
    }

    private mutating func value(keepsEscapes: Bool) throws(UsageError) -> String {
        if let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") { return try quoted(quote) }
        var value: [UInt8] = []
        var open: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            if open.isEmpty, Self.endsValue(byte) { break }
            if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                if keepsEscapes { value.append(byte) }
                value.append(bytes[index + 1])
                index += 2
                continue
            }
            if keepsEscapes { Self.track(byte, &open) }
            value.append(byte)
            index += 1
        }
        return String(decoding: value, as: UTF8.self)
    }

    private mutating func quoted(_ quote: UInt8) throws(UsageError) -> String {
        let start = index
        index += 1
        guard let end = bytes[index...].firstIndex(of: quote) else {
            index = start
            throw fault("the quote is never closed")
        }
        defer { index = end + 1 }
        return String(decoding: bytes[index..<end], as: UTF8.self)
    }

    /// Inside `( )`, `[ ]` and `{ }` of a regular expression no character ends the value.
    private static func track(_ byte: UInt8, _ open: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "(") where open.last != UInt8(ascii: "]"): open.append(UInt8(ascii: ")"))
        case UInt8(ascii: "[") where open.last != UInt8(ascii: "]"): open.append(UInt8(ascii: "]"))
        case UInt8(ascii: "{") where open.last != UInt8(ascii: "]"): open.append(UInt8(ascii: "}"))
        case open.last: open.removeLast()
        default: break
        }
    }

    private static func endsValue(_ byte: UInt8) -> Bool { isBlank(byte) || ",:&!)".utf8.contains(byte) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, Self.isBlank(byte) { index += 1 }
    }

    private mutating func take(_ sign: Character) -> Bool {
        skipBlanks()
        guard let byte = peek, byte == sign.asciiValue else { return false }
        index += 1
        return true
    }

    private func fault(_ reason: String, advice: String? = nil) -> UsageError {
        let place = String(decoding: bytes[..<index], as: UTF8.self).count + 1
        return UsageError(
            "bad_selector",
            "selector “\(text.quotedForMessage)”: \(reason) (at character \(place))",
            advice: advice
        )
    }
}
