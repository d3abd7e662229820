internal import FleetModel
internal import Operations

/// Prometheus text 0.0.4.
extension ExpositionParser {
    mutating func nextOfText() throws(ExpositionError) -> ExpositionEntry? {
        while true {
            beginEntry()
            skipBlanks()
            // A NUL ends the text, as in Prometheus.
            guard position < bytes.count, bytes[position] != 0 else { return nil }
            switch bytes[position] {
            case UInt8(ascii: "\n"): try endLine()
            case UInt8(ascii: "#"): return try textRemark() ? .metadata : nil
            default: return try textSample()
            }
        }
    }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") {
            position += 1
        }
    }

    private mutating func textSample() throws(ExpositionError) -> ExpositionEntry {
        let start = position
        name = metricName()
        guard name != nil || byte == UInt8(ascii: "{") else { throw mistake("expected a metric's name, not \(found)") }
        if name != nil { skipBlanks() }
        if byte == UInt8(ascii: "{") {
            position += 1
            try textLabels()
        }
        series = start..<position
        guard name != nil else { throw mistake("the sample has no name") }
        skipBlanks()
        guard let word = word(tabEnds: true) else { throw mistake("expected a value, not \(found)") }
        let value = try number(word, "the value")
        skipBlanks()
        let at = try textTimestamp()
        skipBlanks()
        guard byte == UInt8(ascii: "\n") else { throw mistake("expected the end of the line, not \(found)") }
        try endLine()
        return .sample(value: value, at: at)
    }

    private mutating func textTimestamp() throws(ExpositionError) -> Timestamp? {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 <= 9 { position += 1 }
        guard start < position else { return nil }
        guard let milliseconds = Int64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw mistake("the timestamp is out of range")
        }
        return Timestamp(milliseconds: milliseconds)
    }

    /// What stands in braces; the opening one is behind us.
    private mutating func textLabels() throws(ExpositionError) {
        skipBlanks()
        while byte != UInt8(ascii: "}") {
            let isQuoted = byte == UInt8(ascii: "\"")
            let key =
                isQuoted ? try quoted("a name", mayHaveLineFeed: true, mayHaveNul: false) : labelName()
            guard let key else { throw mistake("expected a label's name, not \(found)") }
            skipBlanks()
            if isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") {
                guard name == nil else { throw mistake("the sample has two names") }
                name = key
                if byte == UInt8(ascii: ",") { position += 1 }
                skipBlanks()
                continue
            }
            guard byte == UInt8(ascii: "=") else { throw mistake("expected “=” after the label's name, not \(found)") }
            position += 1
            skipBlanks()
            guard byte == UInt8(ascii: "\"") else { throw mistake("expected a label's value in quotes, not \(found)") }
            let value = try quoted("a label's value", mayHaveLineFeed: true, mayHaveNul: true)
            try add(key, value)
            skipBlanks()
            // A comma at the end and no comma at all are taken, as in Prometheus.
            if byte == UInt8(ascii: ",") { position += 1 }
            skipBlanks()
        }
        position += 1
    }

    /// A line that begins with `#`; false where a NUL in it ends the text.
    private mutating func textRemark() throws(ExpositionError) -> Bool {
        position += 1
        let isMetadata = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        skipBlanks()
        if isMetadata, let keyword = keyword("HELP") ?? keyword("TYPE") {
            skipBlanks()
            try textMetadata(keyword)
            return true
        }
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            if bytes[position] == 0, !isMetadata { return false }
            position += 1
        }
        try endLine()
        return true
    }

    private mutating func keyword(_ word: StaticString) -> String? {
        let text = word.description
        let end = position + text.utf8.count
        guard end < bytes.count, bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "\t"),
            bytes[position..<end].elementsEqual(text.utf8)
        else { return nil }
        position = end
        return text
    }

    private mutating func textMetadata(_ keyword: String) throws(ExpositionError) {
        let isQuoted = byte == UInt8(ascii: "\"")
        let family = isQuoted ? try quoted("a name", mayHaveLineFeed: true, mayHaveNul: false) : metricName()
        guard let family else { throw mistake("expected a metric's name after \(keyword), not \(found)") }
        guard byte != 0 else { throw mistake("a NUL after the metric's name") }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        let isBlank = bytes[start..<position].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        // One byte stands between the name and the text, whichever it is.
        let text = isBlank ? position..<position : start + 1..<position
        try keep(keyword, text, of: family)
        try endLine()
    }
}
