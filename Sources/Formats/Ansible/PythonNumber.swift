internal import FleetModel

/// The number literals of Python.
enum PythonNumber {
    /// How far a number can reach from here: letters, digits, `_`, points, and the sign of an exponent.
    static func length(in text: Substring) -> Int {
        var length = 0
        var previous: Character = "0"
        let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
        for letter in text {
            let isSign = (letter == "+" || letter == "-") && (previous == "e" || previous == "E") && !isHex
            guard letter.isLetter || letter.isNumber || letter == "_" || letter == "." || isSign else { break }
            previous = letter
            length += 1
        }
        return length
    }

    /// Nil where Python would refuse it: `0123`, `1__0`, `10.0.0.1`, `1k`.
    static func value(of text: Substring, negative: Bool) -> JSONValue? {
        guard text.utf8.allSatisfy({ $0 < 0x80 }), hasPlainUnderscores(text) else { return nil }
        let digits = text.filter { $0 != "_" }.lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
            return whole(digits.dropFirst(2), radix: radix, negative: negative)
        }
        if digits.allSatisfy(\.isASCIIDigit) {
            guard !digits.hasPrefix("0") || digits.allSatisfy({ $0 == "0" }) else { return nil }
            return whole(digits[...], radix: 10, negative: negative)
        }
        if digits.hasSuffix("j") {
            // A complex number: Ansible keeps its text.
            return isFloat(digits.dropLast()) || digits.dropLast().allSatisfy(\.isASCIIDigit) && digits.count > 1
                ? .string(negative ? "(-0-\(digits))" : digits) : nil
        }
        guard isFloat(digits[...]), let number = Double(completed(digits)) else { return nil }
        return .double(negative ? -number : number)
    }

    private static func whole(_ digits: Substring, radix: Int, negative: Bool) -> JSONValue? {
        guard !digits.isEmpty else { return nil }
        if let number = Int64((negative ? "-" : "") + digits, radix: radix) { return .int(number) }
        guard digits.allSatisfy({ ($0.hexDigitValue ?? 16) < radix }) else { return nil }
        let number = digits.reduce(0.0) { $0 * Double(radix) + Double($1.hexDigitValue ?? 0) }
        return .double(negative ? -number : number)
    }

    private static func hasPlainUnderscores(_ text: Substring) -> Bool {
        guard text.contains("_") else { return true }
        return text.last != "_" && text.first != "_" && !text.contains("__") && !text.contains("_.")
            && !text.contains("._")
    }

    private static func isFloat(_ text: Substring) -> Bool {
        var parts = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            let power = parts.removeLast().drop { $0 == "+" || $0 == "-" }
            guard !power.isEmpty, power.allSatisfy(\.isASCIIDigit) else { return false }
        }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard mantissa.count <= 2, mantissa.joined().allSatisfy(\.isASCIIDigit) else { return false }
        return mantissa.contains { !$0.isEmpty }
    }

    /// `.5` and `5.` and `5.e3` with the digits that Swift wants.
    private static func completed(_ text: String) -> String {
        var parts = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts[0].hasPrefix(".") { parts[0] = "0" + parts[0] }
        if parts[0].hasSuffix(".") { parts[0] += "0" }
        return parts.joined(separator: "e")
    }
}
