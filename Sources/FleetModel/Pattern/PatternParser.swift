/// Pattern text to its tree: recursive descent with a limit on nesting.
struct PatternParser {
    let scalars: [UInt32]
    var index = 0
    var flags: Pattern.Flags
    /// Names by group number; the first entry stands for the whole match.
    private(set) var groupNames: [String?] = [nil]
    private static let depthLimit = 250
    /// RE2's own limit for `{n}`.
    private static let repeatLimit = 1000

    init(_ text: String, flags: Pattern.Flags) {
        self.scalars = text.unicodeScalars.map(\.value)
        self.flags = flags
    }

    mutating func pattern() throws(PatternError) -> PatternTree {
        let tree = try alternatives(depth: 0)
        guard isAtEnd else { throw PatternError("“)” was never opened", at: index) }
        return tree
    }

    private mutating func alternatives(depth: Int) throws(PatternError) -> PatternTree {
        guard depth < Self.depthLimit else { throw PatternError("groups are nested too deeply", at: index) }
        var options: [PatternTree] = []
        repeat { options.append(try sequence(depth)) } while take("|")
        return options.count == 1 ? options[0] : .alternatives(options)
    }

    private mutating func sequence(_ depth: Int) throws(PatternError) -> PatternTree {
        var parts: [PatternTree] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            let start = index
            let quoted = quotation()
            // A repetition after \Q…\E concerns only the last character in it.
            parts += quoted.dropLast()
            guard let atom = quoted.isEmpty ? try atom(depth) : quoted.last else { continue }
            parts.append(try repetition(of: atom, from: start))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// One thing that can be repeated; nil for something that leaves nothing behind, such as `(?i)`.
    private mutating func atom(_ depth: Int) throws(PatternError) -> PatternTree? {
        let start = index
        guard let scalar = next() else { return nil }
        switch scalar {
        case "(": return try group(depth, start)
        case "[": return .characters(try brackets(start))
        case ".": return .any(exceptLineFeed: !flags.contains(.dotMatchesAll))
        case "^": return .assertion(flags.contains(.multiline) ? .lineStart : .textStart)
        case "$": return .assertion(flags.contains(.multiline) ? .lineEnd : .textEnd)
        case "*", "+", "?": throw PatternError("“\(scalar)” has nothing to repeat", at: start)
        case "\\": return try escape(start)
        default: return literal(scalar.value)
        }
    }

    private mutating func group(_ depth: Int, _ start: Int) throws(PatternError) -> PatternTree? {
        let outer = flags
        var number: Int?
        if take("?") {
            switch try opening(start) {
            case .flagsOnly: return nil
            case .plain: break
            case .named(let name): number = try open(name, start)
            }
        } else {
            number = try open(nil, start)
        }
        let inner = try alternatives(depth: depth + 1)
        guard take(")") else { throw PatternError("“(” is never closed", at: start) }
        flags = outer
        return number.map { .group(inner, number: $0) } ?? inner
    }

    private mutating func open(_ name: String?, _ start: Int) throws(PatternError) -> Int {
        if let name, groupNames.contains(name) {
            throw PatternError("the group name “\(name)” is there twice", at: start)
        }
        groupNames.append(name)
        return groupNames.count - 1
    }

    private enum Opening {
        case flagsOnly, plain
        case named(String)
    }

    /// What follows `(?`.
    private mutating func opening(_ start: Int) throws(PatternError) -> Opening {
        let rest = String(String.UnicodeScalarView(scalars[index...].prefix(2).compactMap(Unicode.Scalar.init)))
        if rest.hasPrefix("=") || rest.hasPrefix("!") || rest == "<=" || rest == "<!" {
            throw PatternError(
                "lookaround “(?\(rest.hasPrefix("<") ? rest : String(rest.prefix(1)))” is not supported",
                at: start,
                advice: "RE2's language has none, so that no pattern can hang; say it with two tests"
            )
        }
        if rest == "P<" || rest.hasPrefix("<") {
            index += rest == "P<" ? 2 : 1
            return .named(try name(start))
        }
        return try setFlags(start)
    }

    private mutating func name(_ start: Int) throws(PatternError) -> String {
        var name = ""
        while let scalar = next() {
            if scalar == ">", !name.isEmpty { return name }
            guard scalar == "_" || scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            else { break }
            name.unicodeScalars.append(scalar)
        }
        throw PatternError("the name of the group is wrong", at: start, advice: "a name is letters, digits and _")
    }

    private mutating func setFlags(_ start: Int) throws(PatternError) -> Opening {
        let known: [Unicode.Scalar: Pattern.Flags] = [
            "i": .ignoringCase, "m": .multiline, "s": .dotMatchesAll, "U": .ungreedy,
        ]
        var isOff = false
        while let scalar = next() {
            switch scalar {
            case "-" where !isOff: isOff = true
            case ")": return .flagsOnly
            case ":": return .plain
            default:
                guard let flag = known[scalar] else { throw PatternError("“(?\(scalar)” is not known", at: start) }
                if isOff { flags.remove(flag) } else { flags.insert(flag) }
            }
        }
        throw PatternError("“(” is never closed", at: start)
    }

    private mutating func repetition(of atom: PatternTree, from start: Int) throws(PatternError) -> PatternTree {
        guard let (least, most) = try bounds() else { return atom }
        let isLazy = take("?") != flags.contains(.ungreedy)
        let again = index
        if try bounds() != nil {
            throw PatternError("a repetition of a repetition", at: again, advice: "put the first one into ( )")
        }
        return .repeated(atom, least: least, most: most, isLazy: isLazy)
    }

    private mutating func bounds() throws(PatternError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = index
        guard take("{"), let bounds = braces() else {
            index = start
            return nil
        }
        guard bounds.0 <= Self.repeatLimit, bounds.1 ?? 0 <= Self.repeatLimit, bounds.0 <= bounds.1 ?? .max else {
            throw PatternError(
                "the repetition is out of bounds",
                at: start,
                advice: "at most {\(Self.repeatLimit)}, the smaller first"
            )
        }
        return bounds
    }

    /// `2}`, `2,}` or `2,3}`; nil for anything else: then the brace stands for itself.
    private mutating func braces() -> (Int, Int?)? {
        guard let least = number() else { return nil }
        guard take(",") else { return take("}") ? (least, least) : nil }
        if take("}") { return (least, nil) }
        guard let most = number(), take("}") else { return nil }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = peek, ("0"..."9").contains(scalar) {
            value = min((value ?? 0) * 10 + Int(scalar.value & 15), 1_000_000)
            index += 1
        }
        return value
    }

    func literal(_ value: UInt32) -> PatternTree {
        guard flags.contains(.ignoringCase) else { return .scalar(value, folded: false) }
        let folded = CaseFolding.fold(value)
        return .scalar(folded, folded: CaseFolding.others(of: value).contains { $0 != value } || folded != value)
    }

    var isAtEnd: Bool { index >= scalars.count }

    var peek: Unicode.Scalar? { isAtEnd ? nil : Unicode.Scalar(scalars[index]) }

    mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        index += 1
        return scalar
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        index += 1
        return true
    }
}
