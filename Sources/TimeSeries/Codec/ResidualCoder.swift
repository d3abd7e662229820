/// Small signed numbers in few bits: adaptive Rice codes, 64 numbers to a group.
///
/// A group begins with six bits: 0 says that all its numbers are 0, else 1 + k. A number, zigzag, is its upper part in
/// unary (that many 0 bits and a 1), then its lowest k bits. An upper part of 20 or more is an outlier: 20 zeros, six bits
/// of width less one, the number whole.
enum ResidualCoder {
    static let group = 64
    private static let outlier = 20
    private static let headBits = 6

    static func write(_ numbers: [UInt64], into bits: inout BitWriter) {
        for start in stride(from: 0, to: numbers.count, by: group) {
            write(numbers[start..<min(start + group, numbers.count)], into: &bits)
        }
    }

    private static func write(_ numbers: ArraySlice<UInt64>, into bits: inout BitWriter) {
        guard let k = parameter(numbers) else { return bits.write(0, headBits) }
        bits.write(UInt64(k + 1), headBits)
        let mask: UInt64 = 1 << UInt64(k) - 1
        for number in numbers {
            let upper = number >> UInt64(k)
            if upper < outlier {
                bits.write(1 << upper, Int(upper) + 1)
                bits.write(number & mask, k)
            } else {
                let width = 64 - number.leadingZeroBitCount
                bits.write(0, outlier)
                bits.write(UInt64(width - 1), headBits)
                bits.write(number, width)
            }
        }
    }

    /// The k that makes this group shortest; nil when every number is 0.
    private static func parameter(_ numbers: ArraySlice<UInt64>) -> Int? {
        var widest: UInt64 = 0
        var widths = 0
        for number in numbers {
            widest |= number
            widths += 64 - number.leadingZeroBitCount
        }
        guard widest != 0 else { return nil }
        // The best k is near the usual width; outliers may pull either way, so the neighbours are tried as well.
        let middle = widths / numbers.count
        let lowest = max(0, min(middle - 2, 61))
        return (lowest...min(lowest + 4, 62)).min { cost(numbers, $0) < cost(numbers, $1) }
    }

    private static func cost(_ numbers: ArraySlice<UInt64>, _ k: Int) -> Int {
        numbers.reduce(0) { sum, number in
            let upper = number >> UInt64(k)
            return sum
                + (upper < outlier ? Int(upper) + 1 + k : outlier + headBits + 64 - number.leadingZeroBitCount)
        }
    }

    /// Gives `count` numbers to `take`, in order.
    @inline(__always)
    static func read(_ count: Int, from bits: inout BitReader, _ take: (UInt64) -> Void) throws(ChunkError) {
        var left = count
        while left > 0 {
            let size = min(group, left)
            left -= size
            let head = Int(bits.read(headBits))
            if head == 0 {
                for _ in 0..<size { take(0) }
            } else {
                readGroup(size, head - 1, &bits, take)
            }
            guard !bits.isExhausted else { throw .endsEarly }
        }
    }

    @inline(__always)
    private static func readGroup(_ size: Int, _ k: Int, _ bits: inout BitReader, _ take: (UInt64) -> Void) {
        let mask: UInt64 = 1 << UInt64(k) &- 1
        for _ in 0..<size {
            let word = bits.peek()
            let upper = word.trailingZeroBitCount
            if upper < outlier {
                if k <= 32 {
                    bits.skip(upper &+ 1 &+ k)
                    take(UInt64(upper) << UInt64(k) | (word >> UInt64(upper &+ 1)) & mask)
                } else {
                    bits.skip(upper &+ 1)
                    take(UInt64(upper) << UInt64(k) | bits.read(k))
                }
            } else {
                bits.skip(outlier)
                take(bits.read(Int(bits.read(headBits)) &+ 1))
            }
        }
    }
}
