/// Bits into bytes, lowest bit first: what is written first is read first.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var pending: UInt64 = 0
    private var filled = 0

    /// Writes the lowest `width` bits (0 to 64); the others must be zero.
    @inline(__always)
    mutating func write(_ value: UInt64, _ width: Int) {
        pending |= value << UInt64(filled)
        let total = filled + width
        guard total >= 64 else {
            filled = total
            return
        }
        flush()
        // What did not fit; a shift by 64 gives zero.
        pending = filled == 0 ? 0 : value >> UInt64(64 - filled)
        filled = total - 64
    }

    /// Everything written, filled up with zeros to a whole byte.
    consuming func finished() -> [UInt8] {
        while filled > 0 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            filled -= 8
        }
        return bytes
    }

    private mutating func flush() {
        withUnsafeBytes(of: pending.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
