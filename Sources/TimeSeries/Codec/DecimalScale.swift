/// A power of ten that turns the figures of a column into whole numbers and back, bit for bit.
///
/// Most figures of a node are whole numbers or have a few decimals. A whole number below 2^53 divided by an exact power of ten
/// is the `Double` next to that decimal fraction, so what came in as decimal text comes back exactly (the idea of ALP,
/// Afroozeh and others, SIGMOD 2023).
enum DecimalScale {
    static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]

    /// The whole number that stands for the value at this power; nil when there is none.
    @inline(__always)
    static func whole(_ value: Double, _ power: Double) -> Int64? {
        let scaled = value * power
        // NaN and infinities fail the comparison.
        guard abs(scaled) < 0x1p53 else { return nil }
        // Rounds without a call; that it is the right number is checked by the way back.
        let number = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
        return (Double(number) / power).bitPattern == value.bitPattern ? number : nil
    }

    /// The lowest power, at least `lowest`, that fits this value.
    static func exponent(_ value: Double, from lowest: Int) -> Int? {
        (lowest..<powers.count).first { whole(value, powers[$0]) != nil }
    }
}
