/// RFC 4648, with its padding, as key files have it.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8: UInt32] = Dictionary(
        uniqueKeysWithValues: digits.enumerated().map { ($1, UInt32($0)) }
    )

    /// Nil where the text is no base64.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        guard !digits.isEmpty, text.utf8.count % 4 == 0, text.utf8.count - digits.count < 3 else { return nil }
        var (bytes, held, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        bytes.reserveCapacity(digits.count * 3 / 4)
        for digit in digits {
            guard let value = values[digit] else { return nil }
            held = held << 6 | value
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            held &= (1 << UInt32(bits)) - 1
        }
        return bytes
    }

    /// Without the padding: how fingerprints are written.
    static func unpadded(_ bytes: some Sequence<UInt8>) -> String {
        var (text, held, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(digits[Int(held >> UInt32(bits) & 63)])
            }
            held &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { text.append(digits[Int(held << UInt32(6 - bits) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
