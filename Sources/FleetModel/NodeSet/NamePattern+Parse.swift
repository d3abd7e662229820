extension NamePattern {
    /// Why a text is no pattern, and at which byte.
    struct Fault: Error {
        var offset: Int
        var reason: String
    }

    /// Parses the longest pattern at `index` and moves past it; an empty one when nothing there can begin a name.
    static func parse(_ bytes: [UInt8], at index: inout Int) throws(Fault) -> NamePattern {
        let start = index
        let pieces = try pieces(bytes, &index, depth: 0)
        return NamePattern(text: String(decoding: bytes[start..<index], as: UTF8.self), pieces: pieces)
    }

    /// - Throws: `UsageError` `usage.bad_selector`.
    package init(_ text: String) throws(UsageError) {
        let bytes = Array(text.utf8)
        var index = 0
        do {
            self = try Self.parse(bytes, at: &index)
        } catch {
            throw UsageError(
                "bad_selector",
                "“\(text.quotedForMessage)”: \(error.reason) at character \(error.offset + 1)"
            )
        }
        guard index == bytes.count, index > 0 else {
            throw UsageError(
                "bad_selector",
                "“\(text.quotedForMessage)” is no name pattern: see character \(index + 1)"
            )
        }
    }

    private static func pieces(_ bytes: [UInt8], _ index: inout Int, depth: Int) throws(Fault) -> [Piece] {
        var pieces: [Piece] = []
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "*"):
                // Two in a row mean no more than one.
                if pieces.last != .anything { pieces.append(.anything) }
                index += 1
            case UInt8(ascii: "?"):
                pieces.append(.one)
                index += 1
            case UInt8(ascii: "["): pieces.append(try brackets(bytes, &index))
            case UInt8(ascii: "{"): pieces.append(try braces(bytes, &index, depth: depth))
            case let byte where NameRule.isNameByte(byte):
                let literal = bytes[index...].prefix(while: NameRule.isNameByte)
                pieces.append(.literal(Array(literal)))
                index += literal.count
            default: return pieces
            }
        }
        return pieces
    }

    private static func brackets(_ bytes: [UInt8], _ index: inout Int) throws(Fault) -> Piece {
        let start = index
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "]")) else {
            throw Fault(offset: start, reason: "“[” is never closed")
        }
        let inside = bytes[(start + 1)..<end]
        index = end + 1
        if let numbers = NumberRanges(inside) {
            guard numbers.count <= expansionLimit else {
                throw Fault(offset: start, reason: "a range of more than \(expansionLimit) names")
            }
            return .numbers(numbers)
        }
        guard let characters = characters(Array(inside)) else {
            throw Fault(
                offset: start,
                reason: "a range such as [01-12,20] or a set of characters such as [a-f] is expected"
            )
        }
        return .character(characters)
    }

    /// As in a shell: `abc`, `a-f`, `!x` or `^x` for all others.
    private static func characters(_ text: [UInt8]) -> Set<UInt8>? {
        let isNegated = text.first == UInt8(ascii: "!") || text.first == UInt8(ascii: "^")
        let body = Array(text.dropFirst(isNegated ? 1 : 0))
        // Numbers, commas and hyphens that are no range are a mistake, not a set of characters.
        guard !body.isEmpty, isNegated || !body.allSatisfy({ $0.isDigit || ",-/".utf8.contains($0) }) else {
            return nil
        }
        var found: Set<UInt8> = []
        var index = 0
        while index < body.count {
            let isRange = index + 2 < body.count && body[index + 1] == UInt8(ascii: "-")
            let last = isRange ? body[index + 2] : body[index]
            guard NameRule.isNameByte(body[index]), NameRule.isNameByte(last), body[index] <= last else { return nil }
            found.formUnion(body[index]...last)
            index += isRange ? 3 : 1
        }
        return isNegated ? Set((0...127).filter(NameRule.isNameByte)).subtracting(found) : found
    }

    private static func braces(_ bytes: [UInt8], _ index: inout Int, depth: Int) throws(Fault) -> Piece {
        let start = index
        guard depth < 8 else { throw Fault(offset: start, reason: "braces are nested too deeply") }
        var options: [[Piece]] = []
        repeat {
            index += 1
            options.append(try pieces(bytes, &index, depth: depth + 1))
        } while index < bytes.count && bytes[index] == UInt8(ascii: ",")
        guard index < bytes.count, bytes[index] == UInt8(ascii: "}") else {
            throw Fault(offset: start, reason: "“{” is never closed")
        }
        index += 1
        return .either(options)
    }
}
