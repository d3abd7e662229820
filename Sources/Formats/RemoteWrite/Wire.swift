/// Protobuf's fields, one by one.
struct WireReader {
    let bytes: [UInt8]
    private var place: Int
    private let end: Int

    enum Content {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32
        case bytes(Range<Int>)
    }

    init(bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        place = range.lowerBound
        end = range.upperBound
    }

    /// Nil at the end.
    mutating func field() throws(WriteRequest.Fault) -> (number: Int, content: Content)? {
        guard place < end else { return nil }
        let key = try varint()
        guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw .damaged }
        let content: Content
        switch key & 7 {
        case 0: content = .varint(try varint())
        case 1: content = .fixed64(try fixed64())
        case 2:
            let length = try varint()
            guard length <= UInt64(end - place) else { throw .damaged }
            content = .bytes(place..<place + Int(length))
            place += Int(length)
        case 5:
            guard end - place >= 4 else { throw .damaged }
            place += 4
            content = .fixed32
        default: throw .damaged
        }
        return (Int(key >> 3), content)
    }

    private mutating func varint() throws(WriteRequest.Fault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard place < end else { throw .damaged }
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                guard shift < 63 || byte <= 1 else { throw .damaged }
                return value
            }
        }
        throw .damaged
    }

    private mutating func fixed64() throws(WriteRequest.Fault) -> UInt64 {
        guard end - place >= 8 else { throw .damaged }
        defer { place += 8 }
        return (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }
}

/// Writes protobuf's fields.
struct WireWriter {
    private(set) var output: [UInt8] = []

    mutating func text(_ field: UInt8, _ text: String) {
        output.append(field << 3 | 2)
        varint(UInt64(text.utf8.count))
        output += text.utf8
    }

    mutating func message(_ field: UInt8, _ inner: WireWriter) {
        output.append(field << 3 | 2)
        varint(UInt64(inner.output.count))
        output += inner.output
    }

    mutating func double(_ field: UInt8, _ value: Double) {
        output.append(field << 3 | 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            output.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    mutating func number(_ field: UInt8, _ value: Int64) {
        output.append(field << 3)
        varint(UInt64(bitPattern: value))
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) & 0x7F | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }
}
