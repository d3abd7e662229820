/// Snappy's block format (google/snappy, format_description.txt).
package enum Snappy {
    package enum Fault: Error, Hashable {
        /// The text says it is longer than the caller takes: refused before a byte of it is made.
        case tooLarge(Int)
        case damaged
    }

    /// - Throws: `Fault`; never takes more than `limit` bytes and the time for them.
    package static func unpack(_ bytes: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
        var reader = SnappyReader(bytes: bytes)
        guard let length = reader.varint() else { throw .damaged }
        guard length <= limit else { throw .tooLarge(length) }
        // A copy makes at most 64 bytes of two: what claims more than that is refused before memory is taken for it.
        guard length <= bytes.count * 32 else { throw .damaged }
        var output: [UInt8] = []
        output.reserveCapacity(length)
        while !reader.isAtEnd {
            guard let part = reader.part(), part.isPossible(in: output.count, of: length) else { throw .damaged }
            switch part {
            case .literal(let range): output += bytes[range]
            case .copy(let distance, let count): copy(distance, count, &output)
            }
        }
        guard output.count == length else { throw .damaged }
        return output
    }

    private static func copy(_ distance: Int, _ count: Int, _ output: inout [UInt8]) {
        let start = output.count - distance
        if distance >= count {
            output.append(contentsOf: output[start..<start + count])
        } else {
            // What is copied grows while it is copied.
            for offset in 0..<count { output.append(output[start + offset]) }
        }
    }

    /// Packs with a table of four-byte sequences, as the original does.
    package static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var writer = SnappyWriter(bytes: bytes)
        return writer.pack()
    }
}

private struct SnappyReader {
    let bytes: [UInt8]
    var place = 0

    enum Part {
        case literal(Range<Int>)
        case copy(distance: Int, count: Int)

        func isPossible(in made: Int, of length: Int) -> Bool {
            switch self {
            case .literal(let range): made + range.count <= length
            case .copy(let distance, let count): distance > 0 && distance <= made && made + count <= length
            }
        }
    }

    var isAtEnd: Bool { place >= bytes.count }

    mutating func varint() -> Int? {
        var value = 0
        for shift in stride(from: 0, through: 28, by: 7) {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value <= Int(UInt32.max) ? value : nil }
        }
        return nil
    }

    mutating func part() -> Part? {
        let tag = Int(bytes[place])
        place += 1
        switch tag & 3 {
        case 0: return literal(tag >> 2)
        case 1: return number(1).map { .copy(distance: (tag >> 5) << 8 | $0, count: (tag >> 2 & 7) + 4) }
        case 2: return number(2).map { .copy(distance: $0, count: (tag >> 2) + 1) }
        default: return number(4).map { .copy(distance: $0, count: (tag >> 2) + 1) }
        }
    }

    private mutating func literal(_ code: Int) -> Part? {
        guard let size = code < 60 ? code : number(code - 59), size < bytes.count - place else { return nil }
        defer { place += size + 1 }
        return .literal(place..<place + size + 1)
    }

    /// Little-endian.
    private mutating func number(_ count: Int) -> Int? {
        guard count <= bytes.count - place else { return nil }
        defer { place += count }
        return (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
}

private struct SnappyWriter {
    let bytes: [UInt8]
    private var output: [UInt8] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
        output.reserveCapacity(bytes.count / 2 + 32)
    }

    mutating func pack() -> [UInt8] {
        var length = bytes.count
        while length >= 0x80 {
            output.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        output.append(UInt8(length))
        for start in stride(from: 0, to: bytes.count, by: 65_536) {
            block(start..<min(start + 65_536, bytes.count))
        }
        return output
    }

    private mutating func block(_ range: Range<Int>) {
        var table = [Int32](repeating: -1, count: 1 << 14)
        var literalStart = range.lowerBound
        var place = range.lowerBound
        var misses = 0
        while place + 4 <= range.upperBound {
            let word = self.word(at: place)
            let slot = Int((word &* 0x1E35_A7BD) >> 18)
            let candidate = Int(table[slot])
            table[slot] = Int32(truncatingIfNeeded: place)
            guard candidate >= range.lowerBound, self.word(at: candidate) == word else {
                // What does not pack is walked through in growing steps.
                place += 1 + misses >> 5
                misses += 1
                continue
            }
            misses = 0
            literal(literalStart..<place)
            var end = place + 4
            while end < range.upperBound, bytes[end] == bytes[end - place + candidate] { end += 1 }
            copy(place - candidate, end - place)
            place = end
            literalStart = end
        }
        literal(literalStart..<range.upperBound)
    }

    private func word(at place: Int) -> UInt32 {
        UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
            | UInt32(bytes[place + 3]) << 24
    }

    private mutating func literal(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let size = range.count - 1
        if size < 60 {
            output.append(UInt8(size << 2))
        } else if size < 256 {
            output += [60 << 2, UInt8(size)]
        } else {
            output += [61 << 2, UInt8(size & 0xFF), UInt8(size >> 8)]
        }
        output += bytes[range]
    }

    private mutating func copy(_ distance: Int, _ count: Int) {
        var rest = count
        while rest > 0 {
            // Never leaves a rest that is too short for a tag of its own.
            let piece = rest > 64 ? (rest < 68 ? 60 : 64) : rest
            output += [UInt8((piece - 1) << 2 | 2), UInt8(distance & 0xFF), UInt8(distance >> 8)]
            rest -= piece
        }
    }
}
