internal import FleetModel

/// Go's `Sprintf`.
package struct GoFormat {
    private let format: [UInt8]
    private let values: [GoValue]
    private var at = 0
    private var next = 0
    private var isReordered = false
    private var isGoodIndex = true
    private var text = BoundedText()

    /// - Throws: `GoFunctionError` where the text gets too long.
    package static func text(_ format: String, _ values: [GoValue]) throws(GoFunctionError) -> String {
        var run = GoFormat(format: Array(format.utf8), values: values)
        try run.run()
        return run.text.text
    }

    private init(format: [UInt8], values: [GoValue]) {
        self.format = format
        self.values = values
    }

    private mutating func run() throws(GoFunctionError) {
        while at < format.count {
            let start = at
            while at < format.count, format[at] != UInt8(ascii: "%") { at += 1 }
            try text.append(String(decoding: format[start..<at], as: UTF8.self))
            guard at < format.count else { break }
            at += 1
            try verb()
        }
        guard !isReordered, next < values.count else { return }
        let extra = values[next...].map { value in
            if case .none = value { "<nil>" } else { "\(value.typeName)=\(GoPrinter.text(of: value))" }
        }
        try text.append("%!(EXTRA " + extra.joined(separator: ", ") + ")")
    }

    private mutating func verb() throws(GoFunctionError) {
        var spec = GoFormatSpec()
        isGoodIndex = true
        while at < format.count, spec.takes(flag: format[at]) { at += 1 }
        index()
        spec.width = try size(&spec)
        spec.precision = try precision()
        index()
        guard at < format.count else { return try text.append("%!(NOVERB)") }
        let verb = takeScalar()
        if verb == "%" { return try text.append("%") }
        guard isGoodIndex else { return try text.append("%!\(verb)(BADINDEX)") }
        guard next < values.count else { return try text.append("%!\(verb)(MISSING)") }
        next += 1
        try text.append(spec.padded(verb, values[next - 1]))
    }

    private mutating func takeScalar() -> Unicode.Scalar {
        let rest = String(decoding: format[at..<min(at + 4, format.count)], as: UTF8.self)
        let scalar = rest.unicodeScalars.first ?? "\u{FFFD}"
        at += scalar.utf8.count
        return scalar
    }

    /// `[3]`
    private mutating func index() {
        guard at < format.count, format[at] == UInt8(ascii: "[") else { return }
        isReordered = true
        guard let end = format[at...].firstIndex(of: UInt8(ascii: "]")) else {
            isGoodIndex = false
            at += 1
            return
        }
        let number = Int(String(decoding: format[(at + 1)..<end], as: UTF8.self))
        at = end + 1
        guard let number, number >= 1, number <= values.count else {
            isGoodIndex = false
            return
        }
        next = number - 1
    }

    private mutating func size(_ spec: inout GoFormatSpec) throws(GoFunctionError) -> Int? {
        guard at < format.count, format[at] == UInt8(ascii: "*") else { return number() }
        at += 1
        guard let width = starred() else {
            try text.append("%!(BADWIDTH)")
            return nil
        }
        if width < 0 { spec.isLeft = true }
        return abs(width)
    }

    private mutating func precision() throws(GoFunctionError) -> Int? {
        guard at < format.count, format[at] == UInt8(ascii: ".") else { return nil }
        at += 1
        index()
        guard at < format.count, format[at] == UInt8(ascii: "*") else { return number() ?? 0 }
        at += 1
        guard let precision = starred(), precision >= 0 else {
            try text.append("%!(BADPREC)")
            return nil
        }
        return precision
    }

    private mutating func starred() -> Int? {
        guard next < values.count, case .int(let number) = values[next].plain else {
            next += 1
            return nil
        }
        next += 1
        return (-1_000_000...1_000_000).contains(number) ? Int(number) : nil
    }

    private mutating func number() -> Int? {
        let start = at
        while at < format.count, (0x30...0x39).contains(format[at]) { at += 1 }
        guard at > start else { return nil }
        let number = Int(String(decoding: format[start..<at], as: UTF8.self)) ?? 0
        return number <= 1_000_000 ? number : nil
    }
}
