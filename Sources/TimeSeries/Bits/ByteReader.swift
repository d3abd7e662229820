/// Reads what `ByteWriter` wrote; everything is checked against the end.
package struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    package private(set) var position = 0

    /// - Parameter bytes: must outlive the reader.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    package var left: Int { bytes.count - position }
    package var isAtEnd: Bool { position >= bytes.count }

    package mutating func byte() throws(ChunkError) -> UInt8 {
        guard position < bytes.count else { throw .endsEarly }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func varint() throws(ChunkError) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try byte()
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        throw .nonsense("a number has too many bytes")
    }

    package mutating func signed() throws(ChunkError) -> Int64 { Int64(zigzag: try varint()) }

    /// A number of things, at most `limit` of them.
    package mutating func count(upTo limit: Int) throws(ChunkError) -> Int {
        let number = try varint()
        guard number <= UInt64(limit) else { throw .nonsense("a count of \(number)") }
        return Int(number)
    }

    package mutating func word() throws(ChunkError) -> UInt64 {
        guard left >= 8 else { throw .endsEarly }
        defer { position += 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// The next bytes, as many as the length before them says.
    package mutating func block() throws(ChunkError) -> UnsafeRawBufferPointer {
        let length = try varint()
        guard length <= UInt64(left) else { throw .endsEarly }
        return take(Int(length))
    }

    package mutating func text() throws(ChunkError) -> String { String(decoding: try block(), as: UTF8.self) }

    /// The next bytes, this many.
    package mutating func next(_ length: Int) throws(ChunkError) -> UnsafeRawBufferPointer {
        guard length >= 0, length <= left else { throw .endsEarly }
        return take(length)
    }

    /// Everything that is left.
    package mutating func rest() -> UnsafeRawBufferPointer { take(left) }

    private mutating func take(_ length: Int) -> UnsafeRawBufferPointer {
        defer { position += length }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
    }
}
