internal import FleetModel

/// The flags, the width and the precision of one verb.
struct GoFormatSpec {
    var isPlus = false
    var isLeft = false
    var isSharp = false
    var isSpace = false
    var isZero = false
    var width: Int?
    var precision: Int?

    /// True where the byte was a flag.
    mutating func takes(flag: UInt8) -> Bool {
        switch flag {
        case UInt8(ascii: "+"): isPlus = true
        case UInt8(ascii: "-"): isLeft = true
        case UInt8(ascii: "#"): isSharp = true
        case UInt8(ascii: " "): isSpace = true
        case UInt8(ascii: "0"): isZero = true
        default: return false
        }
        return true
    }

    func padded(_ verb: Unicode.Scalar, _ value: GoValue) -> String {
        if verb == "T" { return pad(value.typeName) }
        if case .object(let object) = value, let text = object.text, "vsxXq".unicodeScalars.contains(verb) {
            return string(verb, text, value)
        }
        switch value {
        case .none: return verb == "v" ? pad("<nil>") : "%!\(verb)(<nil>)"
        case .bool(let flag): return verb == "t" || verb == "v" ? pad(flag ? "true" : "false") : bad(verb, value)
        case .int(let number): return integer(verb, number, value)
        case .float(let number): return float(verb, number, value)
        case .string(let text): return string(verb, text, value)
        case .list(let elements):
            if verb == "v" && isSharp { return value.goSyntax }
            return "[" + elements.map { padded(verb, $0) }.joined(separator: " ") + "]"
        case .map(let map):
            if verb == "v" && isSharp { return value.goSyntax }
            let entries = map.sorted.map { padded(verb, .string($0.key)) + ":" + padded(verb, $0.value) }
            return "map[" + entries.joined(separator: " ") + "]"
        case .object(let object): return structure(verb, object, value)
        }
    }

    private func structure(_ verb: Unicode.Scalar, _ object: any GoObject, _ value: GoValue) -> String {
        switch object.core {
        case .plain(let inner): return padded(verb, inner)
        case .structure(let fields):
            let parts = fields.map { (isPlus ? $0.name + ":" : "") + padded(verb, $0.value) }
            return "{" + parts.joined(separator: " ") + "}"
        }
    }

    private func bad(_ verb: Unicode.Scalar, _ value: GoValue) -> String {
        "%!\(verb)(\(value.typeName)=\(GoPrinter.text(of: value)))"
    }

    private func string(_ verb: Unicode.Scalar, _ text: String, _ value: GoValue) -> String {
        let cut = precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) } ?? text
        switch verb {
        case "v": return pad(isSharp ? cut.quoted : cut)
        case "s": return pad(cut)
        case "q": return pad(isSharp && !cut.contains("`") ? "`\(cut)`" : cut.quoted)
        case "x", "X":
            let separator = isSpace ? " " : ""
            let parts = text.utf8.prefix(precision ?? .max).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: verb == "X")
            }
            return pad((isSharp && !parts.isEmpty ? "0\(verb)" : "") + parts.joined(separator: separator))
        default: return bad(verb, value)
        }
    }

    private func integer(_ verb: Unicode.Scalar, _ number: Int64, _ value: GoValue) -> String {
        switch verb {
        case "d", "v": return number_(number, 10)
        case "b": return number_(number, 2, prefix: "0b")
        case "o": return number_(number, 8, prefix: "0")
        case "O": return number_(number, 8, always: "0o")
        case "x": return number_(number, 16, prefix: "0x")
        case "X": return number_(number, 16, prefix: "0X", upper: true)
        case "c": return pad(Self.character(number))
        case "q": return pad("'" + (number == 39 ? "\\'" : Self.quotedCharacter(number)) + "'")
        case "U":
            let code = String(number, radix: 16, uppercase: true)
            return pad("U+" + String(repeating: "0", count: max(0, (precision ?? 4) - code.count)) + code)
        default: return bad(verb, value)
        }
    }

    private static func character(_ number: Int64) -> String {
        UInt32(exactly: number).flatMap(Unicode.Scalar.init).map { String($0) } ?? "\u{FFFD}"
    }

    private static func quotedCharacter(_ number: Int64) -> String {
        let quoted = character(number).quoted.dropFirst().dropLast()
        return quoted == "\\\"" ? "\"" : String(quoted)
    }

    private func number_(
        _ number: Int64,
        _ radix: Int,
        prefix: String = "",
        always: String = "",
        upper: Bool = false
    ) -> String {
        var digits = String(number.magnitude, radix: radix, uppercase: upper)
        if precision == 0, number == 0 { return String(repeating: " ", count: width ?? 0) }
        let sign = number < 0 ? "-" : isPlus ? "+" : isSpace ? " " : ""
        let head = sign + always + (isSharp ? prefix : "")
        var wanted = precision ?? 0
        if precision == nil, isZero, !isLeft, let width { wanted = width - sign.utf8.count }
        digits = String(repeating: "0", count: max(0, wanted - digits.utf8.count)) + digits
        return pad(head + digits, zero: false)
    }

    private func float(_ verb: Unicode.Scalar, _ number: Double, _ value: GoValue) -> String {
        let float = GoFloat(number)
        let text: String
        switch verb {
        case "v", "g": text = precision.map { float.general(precision: $0) } ?? float.general
        case "G":
            text =
                precision.map { float.general(precision: $0, upper: true) }
                ?? float.general(upper: true)
        case "f", "F": text = float.fixed(precision ?? 6)
        case "e": text = float.scientific(precision ?? 6)
        case "E": text = float.scientific(precision ?? 6, upper: true)
        default: return bad(verb, value)
        }
        let isNumber = number.isFinite
        let bare = text.hasPrefix("+") && !isPlus && !isSpace ? text : text
        var sign = ""
        var digits = bare
        if let first = bare.first, first == "-" || first == "+" {
            sign = String(first)
            digits.removeFirst()
        } else if !number.isNaN || isPlus || isSpace {
            sign = isPlus ? "+" : isSpace ? " " : ""
        }
        if isZero, !isLeft, isNumber, let width {
            return sign + String(repeating: "0", count: max(0, width - sign.utf8.count - digits.utf8.count)) + digits
        }
        return pad(sign + digits, zero: false)
    }

    private func pad(_ text: String, zero: Bool? = nil) -> String {
        let missing = max(0, (width ?? 0) - text.unicodeScalars.count)
        guard missing > 0 else { return text }
        if isLeft { return text + String(repeating: " ", count: missing) }
        return String(repeating: zero ?? isZero ? "0" : " ", count: missing) + text
    }
}

extension GoValue {
    /// `%#v`
    fileprivate var goSyntax: String {
        switch self {
        case .none: "interface {}(nil)"
        case .string(let text): text.quoted
        case .bool, .int, .float: GoPrinter.text(of: self)
        case .list(let elements):
            typeName + "{" + elements.map(\.goSyntax).joined(separator: ", ") + "}"
        case .map(let map):
            typeName + "{" + map.sorted.map { $0.key.quoted + ":" + $0.value.goSyntax }.joined(separator: ", ") + "}"
        case .object(let object):
            switch object.core {
            case .plain(let value): object.typeName + value.goSyntax.drop { $0 != "{" }
            case .structure(let fields):
                object.typeName + "{" + fields.map { $0.name + ":" + $0.value.goSyntax }.joined(separator: ", ") + "}"
            }
        }
    }
}
