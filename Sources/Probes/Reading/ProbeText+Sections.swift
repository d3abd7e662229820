extension ProbeText {
    /// One part of a frame: where it came from, and its lines.
    struct Section {
        /// The first word of the header, such as `net/dev`.
        let name: String
        /// What follows the name in the header.
        let argument: Range<Int>
        let content: Range<Int>
    }

    /// The sections in the order in which they stand.
    func sections(_ nonce: ProbeNonce) -> [Section] {
        var sections: [Section] = []
        var header: Range<Int>?
        eachHeader(nonce) { found in
            if let header { sections.append(section(header, until: found.lowerBound, nonce)) }
            header = found
        }
        if let header { sections.append(section(header, until: bytes.count, nonce)) }
        return sections
    }

    func sectionCount(_ nonce: ProbeNonce) -> Int {
        var count = 0
        eachHeader(nonce) { _ in count += 1 }
        return count
    }

    private func eachHeader(_ nonce: ProbeNonce, _ body: (Range<Int>) -> Void) {
        let prefix = Array("%\(nonce.text) ".utf8)
        var cursor = 0
        while let line = line(&cursor, until: bytes.count) {
            guard let first = line.first, bytes[first] == UInt8(ascii: "%") else { continue }
            if bytes[line].starts(with: prefix) { body(line) }
        }
    }

    private func section(_ header: Range<Int>, until end: Int, _ nonce: ProbeNonce) -> Section {
        var cursor = header.lowerBound + nonce.text.utf8.count + 2
        let name = field(&cursor, until: header.upperBound) ?? cursor..<cursor
        return Section(
            name: String(decoding: bytes[name], as: UTF8.self),
            argument: rest(cursor, until: header.upperBound),
            content: min(header.upperBound + 1, end)..<end
        )
    }

    /// Calls `body` with each line of a range.
    func eachLine(_ range: Range<Int>, _ body: (Range<Int>) -> Void) {
        var cursor = range.lowerBound
        while let line = line(&cursor, until: range.upperBound) { body(line) }
    }

    /// The first field of the first line.
    func firstField(_ range: Range<Int>) -> Range<Int>? {
        var cursor = range.lowerBound
        guard let line = line(&cursor, until: range.upperBound) else { return nil }
        cursor = line.lowerBound
        return field(&cursor, until: line.upperBound)
    }
}
