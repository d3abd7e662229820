extension PatternParser {
    /// What follows a backslash outside of brackets.
    mutating func escape(_ start: Int) throws(PatternError) -> PatternTree {
        guard let scalar = peek else { throw PatternError("a backslash at the end", at: start) }
        switch scalar {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.noWordBoundary)
        case "1"..."9", "k":
            throw PatternError(
                "the back reference “\\\(scalar)” is not supported",
                at: start,
                advice: "RE2's language has none, so that no pattern can hang"
            )
        case "Z", "G", "K", "R", "X":
            throw PatternError("“\\\(scalar)” is not supported", at: start)
        default: break
        }
        if let characters = try shorthand(start) { return .characters(characters) }
        return literal(try scalarEscape(start))
    }

    private mutating func assertion(_ assertion: PatternTree.Assertion) -> PatternTree {
        index += 1
        return .assertion(assertion)
    }

    /// `\Q…\E`: every character for itself; nothing, without a step ahead, for anything else.
    mutating func quotation() -> [PatternTree] {
        guard peek == "\\", index + 1 < scalars.count, scalars[index + 1] == 0x51 else { return [] }
        index += 2
        var parts: [PatternTree] = []
        while let scalar = next() {
            if scalar == "\\", take("E") { break }
            parts.append(literal(scalar.value))
        }
        // An empty one still stands for something.
        return parts.isEmpty ? [.empty] : parts
    }

    /// `\d \D \s \S \w \W \pL \p{Lu} \PL`; nil, without a step ahead, for anything else.
    mutating func shorthand(_ start: Int) throws(PatternError) -> CharacterClass? {
        var found = CharacterClass()
        switch peek {
        case "d", "D": found.ranges = CharacterClass.digits
        case "s", "S": found.ranges = CharacterClass.spaces
        case "w", "W": found.ranges = CharacterClass.words
        case "p", "P": return try category(start)
        default: return nil
        }
        found.isNegated = peek.map { $0.properties.isUppercase } ?? false
        found.isFolded = flags.contains(.ignoringCase) && !found.isNegated
        index += 1
        return found
    }

    private mutating func category(_ start: Int) throws(PatternError) -> CharacterClass {
        var isNegated = next() == "P"
        var name = ""
        if take("{") {
            if take("^") { isNegated.toggle() }
            while let scalar = next(), scalar != "}" { name.unicodeScalars.append(scalar) }
        } else if let scalar = next() {
            name.unicodeScalars.append(scalar)
        }
        guard CharacterClass.isCategory(name) else {
            throw PatternError(
                "“\\p{\(name.quotedForMessage)}” is not known",
                at: start,
                advice: "a category such as \\p{L} or \\p{Lu} is"
            )
        }
        return CharacterClass(parts: [.category(name, isNegated: isNegated)], isFolded: flags.contains(.ignoringCase))
    }

    /// An escape that stands for one scalar.
    mutating func scalarEscape(_ start: Int) throws(PatternError) -> UInt32 {
        guard let scalar = next() else { throw PatternError("a backslash at the end", at: start) }
        switch scalar {
        case "a": return 7
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "v": return 11
        case "x": return try hexadecimal(start)
        case "0": return octal()
        default:
            // Letters and digits without a meaning are kept free; everything else may be escaped.
            guard scalar.isASCII, !NameRule.isLetterOrDigit(UInt8(scalar.value)) else {
                throw PatternError("“\\\(String(scalar).quotedForMessage)” is not known", at: start)
            }
            return scalar.value
        }
    }

    private mutating func hexadecimal(_ start: Int) throws(PatternError) -> UInt32 {
        var digits = ""
        if take("{") {
            while let scalar = next(), scalar != "}" { digits.unicodeScalars.append(scalar) }
        } else {
            for _ in 0..<2 { if let scalar = next() { digits.unicodeScalars.append(scalar) } }
        }
        guard let value = UInt32(digits, radix: 16), digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            Unicode.Scalar(value) != nil
        else { throw PatternError("“\\x” wants two hexadecimal digits, or more in braces", at: start) }
        return value
    }

    /// After `\0`: at most two more octal digits.
    private mutating func octal() -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<2 {
            guard let scalar = peek, ("0"..."7").contains(scalar) else { break }
            value = value * 8 + scalar.value & 7
            index += 1
        }
        return value
    }

    /// After `[`.
    mutating func brackets(_ start: Int) throws(PatternError) -> CharacterClass {
        var found = CharacterClass(isNegated: take("^"), isFolded: flags.contains(.ignoringCase))
        var isFirst = true
        while isFirst || peek != "]" {
            guard !isAtEnd else { throw PatternError("“[” is never closed", at: start) }
            isFirst = false
            try member(of: &found, start)
        }
        index += 1
        return found
    }

    private mutating func member(of found: inout CharacterClass, _ start: Int) throws(PatternError) {
        if let (ranges, isNegated) = try namedClass(start) { return found.add(ranges, isNegated: isNegated) }
        if peek == "\\" {
            index += 1
            if let inner = try shorthand(start) {
                if let part = inner.parts.first { found.parts.append(part) }
                return found.add(inner.ranges, isNegated: inner.isNegated)
            }
            index -= 1
        }
        let lower = try single(start)
        guard peek == "-", index + 1 < scalars.count, scalars[index + 1] != 0x5D else {
            return found.ranges.append(lower...lower)
        }
        index += 1
        let upper = try single(start)
        guard lower <= upper else { throw PatternError("the range in “[ ]” is the wrong way round", at: start) }
        found.ranges.append(lower...upper)
    }

    private mutating func single(_ start: Int) throws(PatternError) -> UInt32 {
        guard let scalar = next() else { throw PatternError("“[” is never closed", at: start) }
        return scalar == "\\" ? try scalarEscape(start) : scalar.value
    }

    /// `[:alpha:]` or `[:^alpha:]` inside of brackets; nil for anything else.
    private mutating func namedClass(_ start: Int) throws(PatternError) -> ([ClosedRange<UInt32>], Bool)? {
        guard peek == "[", index + 1 < scalars.count, scalars[index + 1] == 0x3A else { return nil }
        let rest = scalars[(index + 2)...]
        guard
            let end = rest.indices.first(where: { rest[$0] == 0x3A && $0 + 1 < rest.endIndex && rest[$0 + 1] == 0x5D })
        else {
            return nil
        }
        var name = String(String.UnicodeScalarView(rest[..<end].compactMap(Unicode.Scalar.init)))
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard let ranges = CharacterClass.named[name] else {
            throw PatternError("the class “[:\(name.quotedForMessage):]” is not known", at: start)
        }
        index = end + 2
        return (ranges, isNegated)
    }
}

extension CharacterClass {
    fileprivate mutating func add(_ more: [ClosedRange<UInt32>], isNegated: Bool) {
        if isNegated { parts.append(.noneOf(more)) } else { ranges += more }
    }
}
