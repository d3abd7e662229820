/// What stands between brackets: numbers and ranges of numbers, `01-12,20` or `1-9/2`.
///
/// A lower end with leading zeros gives the width that all numbers of its range are padded to.
package struct NumberRanges: Hashable, Sendable {
    package let ranges: [NumberRange]

    package struct NumberRange: Hashable, Sendable {
        package let lower: Int
        package let upper: Int
        package let step: Int
        /// Digits at least; 1 for no padding.
        package let width: Int

        var count: Int { (upper - lower) / step + 1 }

        func contains(_ digits: some Collection<UInt8>) -> Bool {
            guard digits.count >= width,
                digits.count == width || digits.first != UInt8(ascii: "0") || digits.count == 1,
                let number = Int(digits: digits)
            else { return false }
            return lower <= number && number <= upper && (number - lower) % step == 0
        }
    }

    /// Nil unless the text is nothing but numbers, `-`, `/` and `,` in their places, with ends in order.
    init?(_ text: some Collection<UInt8>) {
        var ranges: [NumberRange] = []
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let range = Self.range(part) else { return nil }
            ranges.append(range)
        }
        self.ranges = ranges
    }

    /// How many numbers, repeated ones counted each time.
    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// The numbers as texts, padded.
    var texts: [String] {
        ranges.flatMap { range in
            stride(from: range.lower, through: range.upper, by: range.step).map { Self.padded($0, to: range.width) }
        }
    }

    func contains(_ digits: some Collection<UInt8>) -> Bool {
        ranges.contains { $0.contains(digits) }
    }

    static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
    }

    private static func range(_ text: some Collection<UInt8>) -> NumberRange? {
        let halves = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let ends = halves.first?.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false) else {
            return nil
        }
        guard halves.count <= 2, ends.count <= 2, let low = ends.first, let lower = Int(digits: low) else { return nil }
        guard let upper = ends.count == 2 ? Int(digits: ends[1]) : lower, upper >= lower else { return nil }
        guard let step = halves.count == 2 ? Int(digits: halves[1]) : 1, step > 0 else { return nil }
        let isPadded = low.count > 1 && low.first == UInt8(ascii: "0")
        return NumberRange(lower: lower, upper: upper, step: step, width: isPadded ? low.count : 1)
    }
}

extension Int {
    /// Nil unless the text is 1 to 18 digits.
    init?(digits: some Collection<UInt8>) {
        guard (1...18).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        self = digits.reduce(0) { $0 * 10 + Int($1 & 15) }
    }
}
