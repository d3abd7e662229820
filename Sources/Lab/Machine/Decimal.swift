extension Double {
    /// The number with exactly this many digits after the point, as `printf("%.*f")` has it for numbers of daily size.
    func fixed(_ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((Swift.abs(self) * scale).rounded())
        let sign = self < 0 && scaled != 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        let unit = Int64(scale)
        let part = String(scaled % unit)
        return sign + String(scaled / unit) + "." + String(repeating: "0", count: digits - part.count) + part
    }

    /// The whole part as text.
    var whole: String { String(Int64(self)) }
}
