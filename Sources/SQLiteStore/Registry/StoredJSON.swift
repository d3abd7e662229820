import FleetModel

/// JSON of the `variables` and `detail` columns, which `JSONValue.text()` wrote and SQLite checked (`json_valid`).
enum StoredJSON {
    static func text(_ members: [String: JSONValue]) -> String {
        members.isEmpty ? "{}" : JSONValue.object(members).text()
    }

    /// - Throws: `UsageError` where the text is no JSON object; the reader makes a `state.damaged` of it.
    static func object(_ text: String) throws(UsageError) -> [String: JSONValue] {
        if text == "{}" { return [:] }
        guard case .object(let members) = try value(text) else {
            throw UsageError("bad_json", "“\(text.quotedForMessage)” is not a JSON object")
        }
        return members
    }

    /// - Throws: `UsageError` where the text is no JSON.
    static func value(_ text: String) throws(UsageError) -> JSONValue {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard let value = scanner.value(depth: 0), scanner.isAtEnd else {
            throw UsageError("bad_json", "“\(text.quotedForMessage)” is not JSON")
        }
        return value
    }

    /// Gives nil at the first fault: the caller knows only "damaged" anyway.
    private struct Scanner {
        let bytes: [UInt8]
        var index = 0
        private static let depthLimit = 200

        var isAtEnd: Bool { index == bytes.count }

        mutating func value(depth: Int) -> JSONValue? {
            guard depth < Self.depthLimit, index < bytes.count else { return nil }
            switch bytes[index] {
            case UInt8(ascii: "{"): return object(depth)
            case UInt8(ascii: "["): return array(depth)
            case UInt8(ascii: "\""): return string().map(JSONValue.string)
            case UInt8(ascii: "t"): return word("true", .bool(true))
            case UInt8(ascii: "f"): return word("false", .bool(false))
            case UInt8(ascii: "n"): return word("null", .null)
            default: return number()
            }
        }

        private mutating func object(_ depth: Int) -> JSONValue? {
            var members: [String: JSONValue] = [:]
            let closed = list(until: UInt8(ascii: "}")) { scanner in
                guard let key = scanner.string(), scanner.take(UInt8(ascii: ":")) else { return false }
                guard let value = scanner.value(depth: depth + 1) else { return false }
                members[key] = value
                return true
            }
            return closed ? .object(members) : nil
        }

        private mutating func array(_ depth: Int) -> JSONValue? {
            var elements: [JSONValue] = []
            let closed = list(until: UInt8(ascii: "]")) { scanner in
                guard let value = scanner.value(depth: depth + 1) else { return false }
                elements.append(value)
                return true
            }
            return closed ? .array(elements) : nil
        }

        private mutating func list(until end: UInt8, _ each: (inout Scanner) -> Bool) -> Bool {
            index += 1
            if take(end) { return true }
            while each(&self) {
                if take(end) { return true }
                guard take(UInt8(ascii: ",")) else { return false }
            }
            return false
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
            return true
        }

        private mutating func word(_ word: String, _ value: JSONValue) -> JSONValue? {
            guard bytes[index...].starts(with: word.utf8) else { return nil }
            index += word.utf8.count
            return value
        }

        private mutating func number() -> JSONValue? {
            let end = bytes[index...].firstIndex { !"+-.0123456789eE".utf8.contains($0) } ?? bytes.count
            let text = String(decoding: bytes[index..<end], as: UTF8.self)
            index = end
            return Int64(text).map(JSONValue.int) ?? Double(text).map(JSONValue.double)
        }

        private mutating func string() -> String? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            let plain = bytes[index...].prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            index = plain.endIndex
            if take(UInt8(ascii: "\"")) { return String(decoding: plain, as: UTF8.self) }
            var found = Array(plain)
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: found, as: UTF8.self)
                case UInt8(ascii: "\\"): guard escape(into: &found) else { return nil }
                default: found.append(byte)
                }
            }
            return nil
        }

        private mutating func escape(into found: inout [UInt8]) -> Bool {
            guard index < bytes.count else { return false }
            defer { index += 1 }
            switch bytes[index] {
            case UInt8(ascii: "n"): found.append(0x0A)
            case UInt8(ascii: "r"): found.append(0x0D)
            case UInt8(ascii: "t"): found.append(0x09)
            // The writer uses \u for control characters only; the rest of Unicode stands as itself.
            case UInt8(ascii: "u"):
                guard index + 4 < bytes.count else { return false }
                let digits = String(decoding: bytes[index + 1...index + 4], as: UTF8.self)
                guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else { return false }
                found.append(contentsOf: String(Character(scalar)).utf8)
                index += 4
            case let byte: found.append(byte)
            }
            return true
        }
    }
}
