import FleetModel

/// Makes text of untrusted origin safe to show: what could steer a terminal is written out instead.
package enum TerminalText {
    /// One line of bytes as a node sent them. Control characters become `^[`, bidirectional and invisible ones
    /// `<U+202E>`, bytes that are not UTF-8 `<FF>`; tabs stay. A line feed is a control character here: split before.
    package static func visible(_ bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy(isPlain) { return String(decoding: bytes, as: UTF8.self) }
        var output = ""
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var position = bytes.startIndex
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                append(Unicode.UTF8.decode(encoded), to: &output)
                bytes.formIndex(&position, offsetBy: encoded.count)
            case .error(let length):
                let end = bytes.index(position, offsetBy: length)
                for byte in bytes[position..<end] { output += "<" + hexadecimal(UInt32(byte), 2) + ">" }
                position = end
            case .emptyInput:
                return output
            }
        }
    }

    /// The same for text that is already Unicode, such as an error's.
    package static func visible(_ text: String) -> String {
        text.utf8.allSatisfy(isPlain) ? text : visible(text.utf8)
    }

    /// The same with spaces for tabs, for places whose width counts.
    package static func visibleInline(_ text: String) -> String {
        let shown = visible(text)
        guard shown.utf8.contains(0x09) else { return shown }
        return String(shown.map { $0 == "\t" ? " " : $0 })
    }

    /// Several lines: line feeds (and the carriage return before one) part them, each is made visible.
    package static func visibleLines(_ bytes: some BidirectionalCollection<UInt8>) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { visible($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0) }
    }

    /// True for what must never reach a terminal raw: controls but the tab, and format characters that reorder, hide
    /// or tag text. The two joiners stay: scripts and emoji need them.
    package static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x20..<0xAD: false
        case 0x200C, 0x200D: false
        default: scalar.rewritesItsLine || scalar.properties.generalCategory == .format
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte < 0x7F) || byte == 0x09
    }

    private static func append(_ scalar: Unicode.Scalar, to output: inout String) {
        guard isHostile(scalar) else { return output.unicodeScalars.append(scalar) }
        switch scalar.value {
        case 0..<0x20: output += "^" + String(UnicodeScalar(UInt8(scalar.value) + 0x40))
        case 0x7F: output += "^?"
        default: output += "<U+" + hexadecimal(scalar.value, 4) + ">"
        }
    }

    static func hexadecimal(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
