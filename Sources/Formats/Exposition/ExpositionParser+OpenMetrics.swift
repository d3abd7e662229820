internal import FleetModel
internal import Operations

/// OpenMetrics text 1.0.0, as Prometheus has it: one blank and no other between the parts.
extension ExpositionParser {
    mutating func nextOfOpenMetrics() throws(ExpositionError) -> ExpositionEntry? {
        beginEntry()
        guard !isAtEnd else {
            if isWholeText { throw mistake("the text does not end with “# EOF”") }
            return nil
        }
        if bytes[position] == UInt8(ascii: "#") { return try openMetricsMetadata() ? .metadata : nil }
        return try openMetricsSample()
    }

    private mutating func openMetricsSample() throws(ExpositionError) -> ExpositionEntry {
        let start = position
        name = metricName()
        guard name != nil || byte == UInt8(ascii: "{") else { throw mistake("expected a metric's name, not \(found)") }
        if byte == UInt8(ascii: "{") {
            position += 1
            try openMetricsLabels(ofExemplar: false)
        }
        series = start..<position
        guard name != nil else { throw mistake("the sample has no name") }
        let value = try openMetricsNumber("the value")
        var at: Timestamp?
        if byte == UInt8(ascii: " "), !isExemplar { at = try openMetricsTimestamp() }
        if isExemplar { try openMetricsExemplar() }
        try openMetricsEndOfLine()
        return .sample(value: value, at: at)
    }

    private mutating func openMetricsEndOfLine() throws(ExpositionError) {
        guard !isAtEnd else {
            position += 1
            throw mistake("the text does not end with “# EOF”")
        }
        guard byte == UInt8(ascii: "\n") else { throw mistake("expected the end of the line, not \(found)") }
        try endLine()
    }

    /// ` # {` is at hand.
    private var isExemplar: Bool {
        position + 4 <= bytes.count && bytes[position..<position + 4].elementsEqual(" # {".utf8)
    }

    private mutating func openMetricsNumber(_ what: String) throws(ExpositionError) -> Double {
        guard byte == UInt8(ascii: " ") else { throw mistake("expected a blank and \(what), not \(found)") }
        position += 1
        guard let word = word(tabEnds: false) else { throw mistake("expected \(what), not \(found)") }
        return try number(word, what)
    }

    /// Seconds, whose fraction ends with the milliseconds.
    private mutating func openMetricsTimestamp() throws(ExpositionError) -> Timestamp {
        let seconds = try openMetricsNumber("the timestamp")
        guard seconds.isFinite else { throw mistake("the timestamp is no moment") }
        let milliseconds = (seconds * 1000).rounded(.towardZero)
        guard let whole = Int64(exactly: milliseconds) else { throw mistake("the timestamp is out of range") }
        return Timestamp(milliseconds: whole)
    }

    /// Checked and then forgotten: the store keeps no exemplars.
    private mutating func openMetricsExemplar() throws(ExpositionError) {
        position += 4
        let labels = pairs.count
        try openMetricsLabels(ofExemplar: true)
        pairs.removeLast(pairs.count - labels)
        _ = try openMetricsNumber("the exemplar's value")
        if byte == UInt8(ascii: " ") { _ = try openMetricsTimestamp() }
    }

    /// What stands in braces; the opening one is behind us.
    private mutating func openMetricsLabels(ofExemplar: Bool) throws(ExpositionError) {
        while byte != UInt8(ascii: "}") {
            let isQuoted = byte == UInt8(ascii: "\"")
            let key =
                isQuoted ? try quoted("a name", mayHaveLineFeed: !ofExemplar, mayHaveNul: false) : labelName()
            guard let key else { throw mistake("expected a label's name, not \(found)") }
            if isQuoted, !ofExemplar, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") {
                guard name == nil else { throw mistake("the sample has two names") }
                name = key
            } else {
                guard byte == UInt8(ascii: "=") else {
                    throw mistake("expected “=” after the label's name, not \(found)")
                }
                position += 1
                guard byte == UInt8(ascii: "\"") else {
                    throw mistake("expected a label's value in quotes, not \(found)")
                }
                try add(key, try quoted("a label's value", mayHaveLineFeed: false, mayHaveNul: !ofExemplar))
            }
            if byte == UInt8(ascii: ",") {
                position += 1
            } else if byte != UInt8(ascii: "}") {
                throw mistake("expected a comma or “}” after a label, not \(found)")
            }
        }
        position += 1
    }

    /// A line that begins with `#`; false at the end of the text.
    private mutating func openMetricsMetadata() throws(ExpositionError) -> Bool {
        guard let keyword = ["HELP", "TYPE", "UNIT", "EOF"].first(where: isKeyword) else {
            if bytes.count - position < 7 { position = bytes.count }
            throw mistake("expected “# HELP”, “# TYPE”, “# UNIT” or “# EOF”")
        }
        position += 2 + keyword.utf8.count
        guard keyword != "EOF" else {
            if position < bytes.count, bytes[position] == UInt8(ascii: "\n") { position += 1 }
            guard isAtEnd else { throw mistake("text follows after “# EOF”") }
            return false
        }
        position += 1
        let isQuoted = byte == UInt8(ascii: "\"")
        let family = isQuoted ? try quoted("a name", mayHaveLineFeed: true, mayHaveNul: false) : metricName()
        guard let family else { throw mistake("expected a metric's name after \(keyword), not \(found)") }
        guard byte == UInt8(ascii: " ") else { throw mistake("expected a blank and text after the name, not \(found)") }
        let start = position + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        try keep(keyword, start..<position, of: family)
        try openMetricsEndOfLine()
        return true
    }

    private func isKeyword(_ word: String) -> Bool {
        let text = "# " + word + (word == "EOF" ? "" : " ")
        let end = position + text.utf8.count
        return end <= bytes.count && bytes[position..<end].elementsEqual(text.utf8)
    }
}
