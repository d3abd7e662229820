extension JSONParser {
    /// The string that begins at the current quote.
    mutating func string() throws(JSONFault) -> String {
        position += 1
        let start = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return try text(UnsafeBufferPointer(rebasing: input[start..<position]), from: start)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw fault("control character \(shown) in a string")
            default: position += 1
            }
        }
        throw fault("the string that begins here has no end")
    }

    /// The slow path: a string with at least one escape.
    private mutating func escapedString(from start: Int) throws(JSONFault) -> String {
        var bytes = Array(input[start..<position])
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                let offset = start
                let checked = bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
                guard let checked else { throw JSONFault(reason: "the string is not UTF-8", offset: offset) }
                return checked
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            case 0..<0x20: throw fault("control character \(shown) in a string")
            default:
                bytes.append(byte)
                position += 1
            }
        }
        throw fault("the string that begins here has no end")
    }

    private func text(_ bytes: UnsafeBufferPointer<UInt8>, from offset: Int) throws(JSONFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONFault(reason: "the string is not UTF-8", offset: offset)
        }
        return text
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONFault) {
        let start = position
        position += 1
        guard let letter = current else { throw fault("the escape has no end") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "u"):
            guard let scalar = Unicode.Scalar(try codePoint()) else {
                throw JSONFault(reason: "the escape names half of a surrogate pair", offset: start)
            }
            bytes.append(contentsOf: String(Character(scalar)).utf8)
        default:
            throw JSONFault(reason: "no such escape: \\ and \(Unicode.Scalar(letter).shownInMessage)", offset: start)
        }
    }

    /// Four hex digits, or two times four with `\u` between for what is outside the basic plane.
    private mutating func codePoint() throws(JSONFault) -> UInt32 {
        let first = try fourHexDigits()
        guard (0xD800..<0xDC00).contains(first), position + 1 < input.count,
            input[position] == UInt8(ascii: "\\"), input[position + 1] == UInt8(ascii: "u")
        else { return first }
        position += 2
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second) else { return first }
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private mutating func fourHexDigits() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("expected four hex digits, found \(shown)")
            }
            value = value << 4 + UInt32(digit)
            position += 1
        }
        return value
    }
}
