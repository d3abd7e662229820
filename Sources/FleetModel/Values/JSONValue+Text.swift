extension JSONValue {
    /// The value as JSON text with sorted keys.
    ///
    /// - `pretty`: two-space indentation and one member a line; else no spaces at all.
    package func text(pretty: Bool = false) -> String {
        var output: [UInt8] = []
        write(to: &output, indent: pretty ? 0 : nil)
        return String(decoding: output, as: UTF8.self)
    }

    /// An array's text from elements that are made one by one: ten thousand need not be there at once.
    package static func text(of elements: some Sequence<JSONValue>, pretty: Bool = false) -> String {
        var output = Array("[".utf8)
        var isEmpty = true
        for element in elements {
            if !isEmpty { output.append(UInt8(ascii: ",")) }
            isEmpty = false
            newLine(pretty ? 2 : nil, to: &output)
            element.write(to: &output, indent: pretty ? 2 : nil)
        }
        if !isEmpty { newLine(pretty ? 0 : nil, to: &output) }
        output.append(UInt8(ascii: "]"))
        return String(decoding: output, as: UTF8.self)
    }

    private func write(to output: inout [UInt8], indent: Int?) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .int(let number): output.append(contentsOf: String(number).utf8)
        // JSON has no NaN and no infinity: null says "no number" as other tools do.
        case .double(let number): output.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
        case .string(let text): Self.write(text, to: &output)
        case .array(let elements):
            Self.writeList(elements, "[", "]", to: &output, indent: indent) { element, output, indent in
                element.write(to: &output, indent: indent)
            }
        case .object(let members):
            let sorted = members.sorted { $0.key < $1.key }
            Self.writeList(sorted, "{", "}", to: &output, indent: indent) { member, output, indent in
                Self.write(member.key, to: &output)
                output.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
                member.value.write(to: &output, indent: indent)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element],
        _ open: String,
        _ close: String,
        to output: inout [UInt8],
        indent: Int?,
        _ each: (Element, inout [UInt8], Int?) -> Void
    ) {
        output.append(contentsOf: open.utf8)
        let inner = indent.map { $0 + 2 }
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            newLine(inner, to: &output)
            each(element, &output, inner)
        }
        if !elements.isEmpty { newLine(indent, to: &output) }
        output.append(contentsOf: close.utf8)
    }

    private static func newLine(_ indent: Int?, to output: inout [UInt8]) {
        guard let indent else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
    }

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): output.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): output.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): output.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                output.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
