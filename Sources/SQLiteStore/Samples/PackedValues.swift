/// Values of a poll as bytes: exact for every `Double`, two to five bytes for the usual ones.
///
/// Each value begins with a varint whose lowest two bits say what it is: a whole number, thousandths, millionths (the rest
/// is the number, zigzag), or a raw IEEE double in the next eight bytes.
struct PackedValues {
    private(set) var bytes: [UInt8] = []

    private static let scales: [Double] = [1, 1000, 1_000_000]
    private static let raw: UInt64 = 3

    mutating func append(_ value: Double) {
        for (tag, scale) in Self.scales.enumerated() {
            let scaled = (value * scale).rounded()
            // Bounded so that the shifts below stay inside 64 bits; NaN fails the comparison, and -0 has no whole number.
            guard abs(scaled) < 0x1p53, value != 0 || value.sign == .plus else { break }
            guard (scaled / scale).bitPattern == value.bitPattern else { continue }
            return bytes.appendVarint(Int64(scaled).zigzag << 2 | UInt64(tag))
        }
        bytes.appendVarint(Self.raw)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// The next value at `index`, which moves past it; nil when the bytes end early.
    static func next(in bytes: [UInt8], at index: inout Int) -> Double? {
        guard let head = bytes.varint(at: &index) else { return nil }
        let tag = Int(head & 3)
        guard tag == 3 else { return Double(Int64(zigzag: head >> 2)) / scales[tag] }
        guard index + 8 <= bytes.count else { return nil }
        defer { index += 8 }
        return Double(bitPattern: bytes[index..<index + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension [UInt8] {
    /// LEB128: seven bits a byte, lowest first.
    mutating func appendVarint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    func varint(at index: inout Int) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard index < count else { return nil }
            let byte = self[index]
            index += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }

    mutating func appendText(_ text: String) {
        appendVarint(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    func text(at index: inout Int) -> String? {
        guard let length = varint(at: &index).flatMap(Int.init(exactly:)), length <= count - index else { return nil }
        defer { index += length }
        return String(decoding: self[index..<index + length], as: UTF8.self)
    }
}

extension Int64 {
    fileprivate var zigzag: UInt64 { UInt64(bitPattern: self << 1 ^ self >> 63) }

    fileprivate init(zigzag: UInt64) {
        self = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    }
}
