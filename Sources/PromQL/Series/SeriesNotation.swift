package import FleetModel

/// The short form of series in rule tests: `up{job="node"}` and `0+10x3 _ stale`.
package enum SeriesNotation {
    /// More values than any test needs.
    private static let mostValues = 1_000_000

    /// The labels of a series, all of them with `=`.
    ///
    /// - Throws: `promql.bad_query`.
    package static func labels(_ text: String) throws(PromQLError) -> LabelSet {
        var parser = Parser(text)
        let expression = try parser.wholeQuery()
        var labels: [LabelSet.Label] = []
        guard case .selector(let selector) = expression.kind, selector.modifiers == TimeModifiers() else {
            throw .badQuery("expected a series", at: expression.range, in: parser.bytes)
        }
        for matcher in selector.matchers {
            guard case .equal(let value) = matcher.test else {
                throw .badQuery("a series has its labels with \"=\"", at: expression.range, in: parser.bytes)
            }
            labels.append(LabelSet.Label(matcher.name, value))
        }
        return LabelSet(labels)
    }

    /// The values, nil where there is no sample (`_`): `a`, `axn` (a and n more of it), `a+bxn` and `a-bxn` (a and n more, each
    /// b apart), `_xn` (n gaps), `stale` (the marker).
    ///
    /// - Throws: `promql.bad_query`.
    package static func values(_ text: String) throws(PromQLError) -> [Double?] {
        let bytes = Array(text.utf8)
        var values: [Double?] = []
        var start = 0
        while start < bytes.count {
            guard !isBlank(bytes[start]) else {
                start += 1
                continue
            }
            let end = bytes[start...].firstIndex(where: isBlank) ?? bytes.count
            let word = String(decoding: bytes[start..<end], as: UTF8.self)
            guard let expanded = expanded(word, room: mostValues - values.count) else {
                throw .badQuery("bad series value \(word.quoted)", at: SourceRange(start, end), in: bytes)
            }
            values += expanded
            start = end
        }
        return values
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static func expanded(_ word: String, room: Int) -> [Double?]? {
        var head = word[...]
        var times: Int?
        // The x of `0x10` belongs to a number of another kind, which this notation has not.
        if let cross = word.lastIndex(of: "x") {
            guard let count = Int(word[word.index(after: cross)...]), count >= 0 else { return nil }
            times = count
            head = word[..<cross]
        }
        guard (times ?? 0) < room else { return nil }
        if head == "_" { return [Double?](repeating: nil, count: times ?? 1) }
        if head == "stale" { return times == nil ? [Double.staleMarker] : nil }
        guard let (first, step) = firstAndStep(head), step == 0 || times != nil else { return nil }
        var value = first
        var values: [Double?] = []
        for _ in 0...(times ?? 0) {
            values.append(value)
            value += step
        }
        return values
    }

    /// `-5+2.5` is -5 and 2.5; an exponent's sign is no step.
    private static func firstAndStep(_ text: Substring) -> (Double, Double)? {
        if let number = number(text) { return (number, 0) }
        for place in text.indices.dropFirst() where text[place] == "+" || text[place] == "-" {
            guard let first = number(text[..<place]), let step = number(text[place...]) else { continue }
            return (first, step)
        }
        return nil
    }

    private static func number(_ text: Substring) -> Double? {
        let isNegative = text.first == "-"
        let digits = isNegative || text.first == "+" ? text.dropFirst() : text
        guard let first = digits.utf8.first, first.isLetterOrDigit || first == UInt8(ascii: ".") else { return nil }
        return NumberText.value(of: String(digits)).map { isNegative ? -$0 : $0 }
    }
}
