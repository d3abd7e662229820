package import FleetModel

/// The body of a remote-write request: protobuf in one snappy block of nothing but literals.
package enum RemoteWrite {
    package static func body(_ series: [Series]) -> [UInt8] {
        var request: [UInt8] = []
        for one in series where !one.times.isEmpty { field(1, timeSeries(one), &request) }
        return snappy(request)
    }

    private static func timeSeries(_ series: Series) -> [UInt8] {
        var bytes: [UInt8] = []
        for label in series.labels.labels {
            var pair: [UInt8] = []
            field(1, Array(label.key.utf8), &pair)
            field(2, Array(label.value.utf8), &pair)
            field(1, pair, &bytes)
        }
        for (time, value) in zip(series.times, series.values) {
            var sample: [UInt8] = [1 << 3 | 1]
            withUnsafeBytes(of: value.bitPattern.littleEndian) { sample += $0 }
            sample.append(2 << 3)
            varint(UInt64(bitPattern: time), &sample)
            field(2, sample, &bytes)
        }
        return bytes
    }

    private static func field(_ number: UInt8, _ content: [UInt8], _ bytes: inout [UInt8]) {
        bytes.append(number << 3 | 2)
        varint(UInt64(content.count), &bytes)
        bytes += content
    }

    private static func varint(_ number: UInt64, _ bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func snappy(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        varint(UInt64(content.count), &bytes)
        for start in stride(from: 0, to: content.count, by: 65_536) {
            let piece = content[start..<min(start + 65_536, content.count)]
            bytes += [61 << 2, UInt8((piece.count - 1) & 0xFF), UInt8((piece.count - 1) >> 8)]
            bytes += piece
        }
        return bytes
    }
}
