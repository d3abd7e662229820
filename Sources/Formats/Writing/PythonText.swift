internal import FleetModel

/// Values as Python's `json` writes them: what `ansible-inventory` prints, byte for byte.
enum PythonText {
    /// `repr` of a float: the shortest text that reads back, an exponent from 1e16 on and below 1e-4.
    static func float(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        let text = "\(number)"
        guard let letter = text.firstIndex(of: "e") else { return abs(number) < 1e16 ? text : exponential(text) }
        let mantissa = text[..<letter].hasSuffix(".0") ? text[..<letter].dropLast(2) : text[..<letter]
        let power = text[text.index(after: letter)...]
        let sign = power.first == "-" ? "-" : "+"
        let digits = power.drop { $0 == "-" || $0 == "+" }
        return mantissa + "e" + sign + (digits.count < 2 ? "0" : "") + digits
    }

    /// Swift writes whole numbers out up to 2^54, which is a little further than Python does.
    private static func exponential(_ text: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let digits = text.filter(\.isASCIIDigit).dropLast()
        var fraction = digits.dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return sign + digits.prefix(1) + (fraction.isEmpty ? "" : ".") + fraction + "e+\(digits.count - 1)"
    }

    /// A document with sorted keys and four spaces of indentation, text as UTF-8.
    static func document(_ value: JSONValue) -> String {
        var output: [UInt8] = []
        write(value, indent: 0, to: &output)
        output.append(UInt8(ascii: "\n"))
        return String(decoding: output, as: UTF8.self)
    }

    private static func write(_ value: JSONValue, indent: Int, to output: inout [UInt8]) {
        switch value {
        case .double(let number): output.append(contentsOf: float(number).utf8)
        case .array(let elements) where !elements.isEmpty:
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                beginLine(after: index, indent: indent + 4, to: &output)
                write(element, indent: indent + 4, to: &output)
            }
            endBlock("]", indent: indent, to: &output)
        case .object(let members) where !members.isEmpty:
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                beginLine(after: index, indent: indent + 4, to: &output)
                output.append(contentsOf: JSONValue.string(member.key).text().utf8)
                output.append(contentsOf: ": ".utf8)
                write(member.value, indent: indent + 4, to: &output)
            }
            endBlock("}", indent: indent, to: &output)
        case .null, .bool, .int, .string, .array, .object: output.append(contentsOf: value.text().utf8)
        }
    }

    private static func beginLine(after index: Int, indent: Int, to output: inout [UInt8]) {
        output.append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
    }

    private static func endBlock(_ close: String, indent: Int, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
        output.append(contentsOf: close.utf8)
    }
}
