/// Reads what `BitWriter` wrote. Past the end come zeros, and `isExhausted` tells: no byte string makes it stray.
struct BitReader {
    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private(set) var position: Int

    /// - Parameter bytes: must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.end = bytes.count * 8
        self.position = 0
    }

    /// More was read than there is.
    var isExhausted: Bool { position > end }

    /// The next bits, at least 57 of them, without moving.
    @inline(__always)
    func peek() -> UInt64 {
        let byte = position >> 3
        guard byte &+ 8 <= bytes.count else { return tail(byte) >> UInt64(position & 7) }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: byte, as: UInt64.self)) >> UInt64(position & 7)
    }

    @inline(__always)
    mutating func skip(_ width: Int) { position &+= width }

    /// The next `width` bits (0 to 64).
    @inline(__always)
    mutating func read(_ width: Int) -> UInt64 {
        guard width > 32 else { return short(width) }
        let low = short(32)
        return low | short(width &- 32) << 32
    }

    @inline(__always)
    private mutating func short(_ width: Int) -> UInt64 {
        defer { position &+= width }
        return peek() & (1 << UInt64(width) &- 1)
    }

    @inline(never)
    private func tail(_ byte: Int) -> UInt64 {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for index in byte..<max(byte, min(byte &+ 8, bytes.count)) {
            word |= UInt64(bytes[index]) << shift
            shift += 8
        }
        return word
    }
}
