/// Figures that are no decimal fractions: each is XORed with the one before, and only the bits that differ are kept
/// (Gorilla, Pelkonen and others, VLDB 2015).
enum XORColumn {
    static func write(_ values: [Double], into bytes: inout ByteWriter) {
        var bits = BitWriter()
        var before = values[0].bitPattern
        bits.write(before, 64)
        var window = Window()
        for value in values.dropFirst() {
            let difference = value.bitPattern ^ before
            before = value.bitPattern
            guard difference != 0 else {
                bits.write(0, 1)
                continue
            }
            if window.holds(difference) {
                bits.write(0b01, 2)
            } else {
                window = Window(difference)
                bits.write(0b11 | UInt64(window.low) << 2 | UInt64(window.width - 1) << 8, 14)
            }
            bits.write(difference >> UInt64(window.low), window.width)
        }
        bytes.append(bits.finished())
    }

    static func read(_ count: Int, from bytes: inout ByteReader) throws(ChunkError) -> [Double] {
        var bits = BitReader(bytes.rest())
        var before = bits.read(64)
        var values = [Double(bitPattern: before)]
        values.reserveCapacity(count)
        var window = Window()
        while values.count < count {
            let head = bits.peek()
            if head & 1 == 0 {
                bits.skip(1)
            } else {
                if head & 2 == 0 {
                    bits.skip(2)
                } else {
                    bits.skip(14)
                    window = Window(low: Int(head >> 2 & 63), width: Int(head >> 8 & 63) + 1)
                }
                before ^= bits.read(window.width) << UInt64(window.low)
            }
            guard !bits.isExhausted else { throw .endsEarly }
            values.append(Double(bitPattern: before))
        }
        return values
    }

    /// Which bits of a difference are kept.
    private struct Window {
        var low = 0
        var width = 0

        init() {}

        init(low: Int, width: Int) {
            self.low = low
            self.width = width
        }

        init(_ difference: UInt64) {
            low = difference.trailingZeroBitCount
            width = 64 - difference.leadingZeroBitCount - low
        }

        /// Worth keeping only while it is not much too wide.
        func holds(_ difference: UInt64) -> Bool {
            let own = Window(difference)
            return own.low >= low && own.low + own.width <= low + width && width - own.width < 12
        }
    }
}
