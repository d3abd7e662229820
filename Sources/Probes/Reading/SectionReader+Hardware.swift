internal import FleetModel

extension SectionReader {
    /// Lines that name sensors, and lines with their readings in thousandths of a degree.
    mutating func readSensors(_ content: Range<Int>) {
        var readings: [ArraySlice<UInt8>: Double] = [:]
        var named: [[Range<Int>]] = []
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard let kind = fields.first, fields.count >= 3 else { return }
            if text.matches(kind, "temp") {
                readings[text.bytes[fields[1]]] = text.number(fields[2]).map { $0 / 1000 }
            } else if fields.count >= 4 {
                named.append([kind, fields[1], fields[2], text.rest(fields[3].lowerBound, until: line.upperBound)])
            }
        }
        for fields in named {
            guard let reading = readings[text.bytes[fields[1]]] else { continue }
            if text.matches(fields[0], "zone") {
                let labels = [Label("zone", text.label(fields[2])), Label("type", text.label(fields[3]))]
                sink.add("node_thermal_zone_temp", labels, reading)
            } else if text.matches(fields[0], "chip") {
                let labels = [Label("chip", chipName(fields[3])), Label("sensor", text.label(fields[2]))]
                sink.add("node_hwmon_temp_celsius", labels, reading)
            }
        }
    }

    /// As node_exporter makes it: the last two parts of the device's path, which are stable, or else a name.
    private func chipName(_ path: Range<Int>) -> String {
        let parts = text.bytes[path].split(separator: UInt8(ascii: "/"))
        let isDevice = text.starts(path, "/")
        let last = isDevice ? Array(parts.suffix(2)) : Array(parts.suffix(1))
        return last.map(Self.clean).filter { !$0.isEmpty }.joined(separator: "_")
    }

    private static func clean(_ part: ArraySlice<UInt8>) -> String {
        let bytes = part.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"): byte
            default: UInt8(ascii: "_")
            }
        }
        let underscore = UInt8(ascii: "_")
        let start = bytes.firstIndex { $0 != underscore } ?? bytes.endIndex
        let end = bytes.lastIndex { $0 != underscore } ?? bytes.startIndex
        return start <= end && start < bytes.endIndex ? String(decoding: bytes[start...end], as: UTF8.self) : ""
    }

    /// `throttled=0x50005` of `vcgencmd get_throttled`: bits 0 and 2 now, bits 16 and 18 since the boot.
    mutating func readThrottled(_ content: Range<Int>) {
        guard let field = text.firstField(content), text.starts(field, "throttled="),
            let bits = text.integer(field.dropFirst(10), radix: 16)
        else { return }
        sink.add("flotilla_pi_under_voltage", Double(bits & 1))
        sink.add("flotilla_pi_throttled", Double(bits >> 2 & 1))
        sink.add("flotilla_pi_under_voltage_since_boot", Double(bits >> 16 & 1))
        sink.add("flotilla_pi_throttled_since_boot", Double(bits >> 18 & 1))
    }
}
