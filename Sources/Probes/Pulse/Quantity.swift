/// A number with an optional unit behind it: `1.2 TB`, `850 GB`, `12.5GiB`, `99.8%`, `#42`, `1,234`.
struct Quantity: Equatable {
    let number: Double
    /// Letters only, lower case; empty where there is none.
    let unit: String

    init?(_ text: String) {
        let text = text.drop { $0 == " " || $0 == "#" || $0 == "~" }.prefix(64)
        let digits = text.prefix { $0.isASCII && ($0.isNumber || ".,+-eE".contains($0)) }
        // An exponent needs digits; in `12EB` the letter belongs to the unit.
        var number = digits.filter { $0 != "," }
        while let last = number.last, !last.isNumber { number.removeLast() }
        guard let value = Double(number), value.isFinite else { return nil }
        let consumed = Self.length(of: number, in: text)
        self.number = value
        self.unit = String(text.dropFirst(consumed).drop { $0 == " " }.prefix { $0.isASCII && $0.isLetter })
            .lowercased()
    }

    private static func length(of number: String, in text: Substring) -> Int {
        var left = number[...]
        var length = 0
        for character in text {
            guard let next = left.first else { break }
            if character == next { left = left.dropFirst() }
            length += 1
        }
        return length
    }

    /// The number in bytes: `TB` is 10¹², `TiB` is 2⁴⁰, no unit is bytes; nil for a unit that is none of bytes.
    var bytes: Double? {
        guard number >= 0 else { return nil }
        let prefixes = ["k", "m", "g", "t", "p", "e"]
        let stem = unit.hasSuffix("bytes") ? unit.dropLast(5) : unit.hasSuffix("byte") ? unit.dropLast(4) : unit[...]
        if stem.isEmpty || stem == "b" { return number }
        guard let power = prefixes.firstIndex(of: String(stem.prefix(1))) else { return nil }
        var factor = 1.0
        switch stem.dropFirst() {
        case "", "b": for _ in 0...power { factor *= 1000 }
        case "i", "ib": for _ in 0...power { factor *= 1024 }
        default: return nil
        }
        return number * factor
    }
}
