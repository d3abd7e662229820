internal import FleetModel

/// The JSON document that stands somewhere in the output of `pop`.
enum PulseDocument {
    /// The first object in the output that says something a pulse says.
    static func find(in output: [UInt8]) -> JSONValue? {
        var cursor = 0
        // Text may hold braces of its own; a hostile one may hold nothing else.
        for _ in 0..<64 {
            guard let start = output[cursor...].firstIndex(of: UInt8(ascii: "{")) else { return nil }
            guard let end = end(of: start, in: output) else {
                cursor = start + 1
                continue
            }
            let limits = JSONReading.Limits(bytes: 1 << 20, depth: 32)
            if let document = try? JSONReading.parse(Array(output[start...end]), limits: limits),
                Pulse(PulseFields(document)) != Pulse()
            {
                return document
            }
            cursor = start + 1
        }
        return nil
    }

    /// The brace that closes the object, braces in strings left aside.
    private static func end(of start: Int, in output: [UInt8]) -> Int? {
        var depth = 0
        var isInString = false
        var index = start
        while index < output.count {
            switch output[index] {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString: depth += 1
            case UInt8(ascii: "}") where !isInString:
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return nil
    }
}
