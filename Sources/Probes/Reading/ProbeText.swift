internal import FleetModel

/// Bytes that a node sent, read by ranges: nothing is copied until it is a label, nothing can be read outside.
struct ProbeText: Sendable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next line from `cursor` on, without its newline; moves the cursor behind it.
    func line(_ cursor: inout Int, until end: Int) -> Range<Int>? {
        guard cursor < end else { return nil }
        let start = cursor
        while cursor < end, bytes[cursor] != UInt8(ascii: "\n") { cursor += 1 }
        let stop = cursor
        cursor += 1
        return start..<min(stop, end)
    }

    /// The next run of bytes that are neither space nor tab nor `separator`.
    func field(_ cursor: inout Int, until end: Int, separator: UInt8 = UInt8(ascii: " ")) -> Range<Int>? {
        while cursor < end, Self.isBlank(bytes[cursor], separator) { cursor += 1 }
        guard cursor < end else { return nil }
        let start = cursor
        while cursor < end, !Self.isBlank(bytes[cursor], separator) { cursor += 1 }
        return start..<cursor
    }

    /// All fields of a line; for the short lines of the slow families.
    func fields(_ line: Range<Int>) -> [Range<Int>] {
        var cursor = line.lowerBound
        var fields: [Range<Int>] = []
        while let field = field(&cursor, until: line.upperBound) { fields.append(field) }
        return fields
    }

    /// The parts between commas, empty ones too.
    func commaFields(_ line: Range<Int>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = line.lowerBound
        for index in line where bytes[index] == UInt8(ascii: ",") {
            fields.append(start..<index)
            start = index + 1
        }
        return fields + [start..<line.upperBound]
    }

    /// What stands behind a cursor, blanks at both ends taken off.
    func rest(_ cursor: Int, until end: Int) -> Range<Int> {
        var (start, stop) = (min(cursor, end), end)
        while start < stop, Self.isBlank(bytes[start], UInt8(ascii: " ")) { start += 1 }
        while stop > start, Self.isBlank(bytes[stop - 1], UInt8(ascii: "\r")) { stop -= 1 }
        return start..<stop
    }

    func matches(_ range: Range<Int>, _ word: StaticString) -> Bool {
        range.count == word.utf8CodeUnitCount && starts(range, word)
    }

    func starts(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count >= word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { buffer in
            for (offset, byte) in buffer.enumerated() where bytes[range.lowerBound + offset] != byte { return false }
            return true
        }
    }

    /// The text as a label may hold it: repaired UTF-8, no control characters, at most 1,024 bytes.
    func label(_ range: Range<Int>) -> String {
        let range = range.prefix(1024)
        let isPlain = range.allSatisfy { (0x20..<0x7F).contains(bytes[$0]) }
        let text = String(decoding: bytes[range], as: UTF8.self)
        guard !isPlain else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { clean.append(scalar.rewritesItsLine ? "\u{FFFD}" : scalar) }
        return String(clean)
    }

    private static func isBlank(_ byte: UInt8, _ separator: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == separator
    }
}
