/// Samples of one series as bytes, in order of time: sealed, with a checksum.
package enum Chunk {
    /// - Parameters:
    ///   - times: milliseconds since 1970, in any order (rising ones take least).
    ///   - values: as many as times.
    /// - Returns: the bytes; the same samples always give the same.
    package static func seal(times: [Int64], values: [Double]) -> [UInt8] {
        var body = ByteWriter()
        body.count(times.count)
        var column = ByteWriter()
        IntegerColumn.write(times, into: &column)
        body.block(column.bytes)
        ValueColumn.write(values, into: &body)
        return Sealed.bytes(body.bytes)
    }

    /// - Throws: `ChunkError`; no bytes crash it or make it take more than `ChunkLimits` says.
    package static func open(_ bytes: [UInt8]) throws(ChunkError) -> (times: [Int64], values: [Double]) {
        try bytes.reading { reader throws(ChunkError) in
            var body = try Sealed.body(of: &reader)
            let count = try body.count(upTo: ChunkLimits.samples)
            var column = ByteReader(try body.block())
            let times = try IntegerColumn.read(count, from: &column)
            return (times, try ValueColumn.read(count, from: &body))
        }
    }
}

/// A body behind its checksum: SQLite has none of its own, and a flipped bit must be named, not shown as a figure.
enum Sealed {
    /// The first byte of a block's bytes: another layout of them gets another number.
    static let version: UInt8 = 1

    /// The body behind checksum and version.
    static func versioned(_ bytes: inout ByteReader) throws(ChunkError) -> ByteReader {
        var body = try body(of: &bytes)
        let found = try body.byte()
        guard found == version else { throw .nonsense("version \(found)") }
        return body
    }

    static func bytes(_ body: [UInt8]) -> [UInt8] {
        let sum = body.withUnsafeBytes(checksum)
        return withUnsafeBytes(of: sum.littleEndian) { Array($0) } + body
    }

    static func body(of bytes: inout ByteReader) throws(ChunkError) -> ByteReader {
        var sum: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 32, by: 8) { sum |= UInt32(try bytes.byte()) << shift }
        let body = bytes.rest()
        guard checksum(body) == sum else { throw .checksum }
        return ByteReader(body)
    }

    /// FNV-1a over words of eight bytes, folded: fast, and blind to one damage in four thousand million.
    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(bytes.count)
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            sum = (sum ^ word) &* 0x100_0000_01B3
            sum ^= sum >> 29
            index &+= 8
        }
        while index < bytes.count {
            sum = (sum ^ UInt64(bytes[index])) &* 0x100_0000_01B3
            index &+= 1
        }
        sum = (sum ^ sum >> 32) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: sum >> 32)
    }
}

extension [UInt8] {
    /// Lends the bytes to a reader.
    func reading<T>(_ body: (inout ByteReader) throws(ChunkError) -> T) throws(ChunkError) -> T {
        try span.bytes.withUnsafeBytes { bytes throws(ChunkError) in
            var reader = ByteReader(bytes)
            return try body(&reader)
        }
    }
}
