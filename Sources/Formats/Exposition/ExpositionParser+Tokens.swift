internal import FleetModel
internal import Operations

extension ExpositionParser {
    /// `[a-zA-Z_:][a-zA-Z_:0-9]*`; nil where none stands.
    mutating func metricName() -> Range<Int>? {
        let start = position
        guard start < bytes.count, ByteKind.isNameStart(bytes[start]) else { return nil }
        position += 1
        while position < bytes.count, ByteKind.isName(bytes[position]) { position += 1 }
        return start..<position
    }

    /// `[a-zA-Z_][a-zA-Z_0-9]*`; nil where none stands.
    mutating func labelName() -> Range<Int>? {
        let start = position
        guard start < bytes.count, ByteKind.isNameStart(bytes[start]), bytes[start] != UInt8(ascii: ":") else {
            return nil
        }
        position += 1
        while position < bytes.count, ByteKind.isName(bytes[position]), bytes[position] != UInt8(ascii: ":") {
            position += 1
        }
        return start..<position
    }

    /// What stands between quotes, as written; the opening quote is at hand.
    mutating func quoted(_ what: String, mayHaveLineFeed: Bool, mayHaveNul: Bool) throws(ExpositionError) -> Range<Int>
    {
        let opening = line
        position += 1
        let start = position
        var hasHighBytes = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                if hasHighBytes { try checkUTF8(start..<position - 1, what) }
                return start..<position - 1
            }
            if byte == UInt8(ascii: "\\") {
                position += 1
                while mayHaveNul, position < bytes.count, bytes[position] == 0 { position += 1 }
                guard position < bytes.count else { break }
                guard bytes[position] != UInt8(ascii: "\n"), bytes[position] != 0 else {
                    throw mistake("a backslash at the end of a line in \(what)")
                }
            } else if byte == UInt8(ascii: "\n") {
                guard mayHaveLineFeed else { throw mistake("\(what) has no closing quote") }
                line += 1
            } else if byte == 0, !mayHaveNul {
                throw mistake("a NUL in \(what)")
            }
            if bytes[position] >= 0x80 { hasHighBytes = true }
            position += 1
            guard position - lineStart <= limits.line else { throw mistake("longer than \(limits.line) bytes") }
        }
        throw ExpositionError(line: opening, "\(what) has no closing quote")
    }

    func checkUTF8(_ range: Range<Int>, _ what: String) throws(ExpositionError) {
        guard String(validating: bytes[range], as: UTF8.self) != nil else { throw mistake("\(what) is no UTF-8") }
    }

    /// Up to the next byte that is one of the ends; nil where nothing is.
    mutating func word(tabEnds: Bool) -> Range<Int>? {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == 0 { break }
            if tabEnds, byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "{") { break }
            position += 1
        }
        return start < position ? start..<position : nil
    }

    func number(_ range: Range<Int>, _ what: String) throws(ExpositionError) -> Double {
        do throws(GoNumber.Fault) {
            return try GoNumber.double(bytes, range)
        } catch {
            let shown = String(decoding: bytes[range].prefix(40), as: UTF8.self).quotedForMessage
            throw mistake(error == .range ? "\(what) “\(shown)” is out of range" : "\(what) “\(shown)” is no number")
        }
    }
}

/// The bytes of names, by table.
enum ByteKind {
    @inline(__always) static func isNameStart(_ byte: UInt8) -> Bool { table[Int(byte)] == 1 }
    @inline(__always) static func isName(_ byte: UInt8) -> Bool { table[Int(byte)] != 0 }

    private static let table: [UInt8] = (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            1
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 2
        default: 0
        }
    }
}
