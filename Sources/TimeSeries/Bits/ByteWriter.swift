/// Whole bytes: varints, lengths, texts.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    package mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// LEB128: seven bits a byte, lowest first.
    package mutating func varint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func count(_ number: Int) { varint(UInt64(number)) }

    /// Zigzag: small numbers of either sign are short.
    package mutating func signed(_ number: Int64) { varint(number.zigzag) }

    /// Eight bytes, lowest first.
    package mutating func word(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Length first.
    package mutating func block(_ more: [UInt8]) {
        count(more.count)
        append(more)
    }

    /// UTF-8, length first.
    package mutating func text(_ text: String) {
        count(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }
}

extension Int64 {
    @inline(__always)
    var zigzag: UInt64 { UInt64(bitPattern: self << 1 ^ self >> 63) }

    @inline(__always)
    init(zigzag: UInt64) {
        self = Int64(bitPattern: zigzag >> 1) ^ (0 &- Int64(bitPattern: zigzag & 1))
    }
}
