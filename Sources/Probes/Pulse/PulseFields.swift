internal import FleetModel

/// The members of a pulse by plain keys: lower case, without `_`, `-`, `.` and blanks. `reputationScore`,
/// `reputation_score` and `Reputation Score` are one key. What stands further out wins over what is nested.
struct PulseFields {
    private(set) var values: [String: JSONValue] = [:]

    init(_ document: JSONValue) {
        var level = [document]
        for _ in 0..<4 {
            var nested: [JSONValue] = []
            for case .object(let members) in level {
                for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                    let key = Self.plain(key)
                    if values[key] == nil { values[key] = value }
                    if case .object = value { nested.append(value) }
                }
            }
            level = Array(nested.prefix(64))
        }
    }

    /// Lines such as `Reputation: 0.95`, as `pop --status` writes them.
    init(lines output: [UInt8]) {
        for line in output.split(separator: UInt8(ascii: "\n")).prefix(500) where line.count <= 200 {
            let text = String(decoding: line, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":") else { continue }
            let key = Self.plain(String(text[..<colon]))
            let value = Self.trimmed(text[text.index(after: colon)...])
            if values[key] == nil, !value.isEmpty { values[key] = .string(value) }
        }
    }

    /// The value of the first of these keys that is there.
    func first(_ keys: [String]) -> JSONValue? {
        for key in keys {
            if let value = values[key], value != .null { return value }
        }
        return nil
    }

    /// A number, or the number in a text, or the one in an object's `score`, `value`, `total` or `current`.
    func number(_ keys: [String]) -> Double? {
        for key in keys {
            if let number = values[key].flatMap(Self.number) { return number }
        }
        return nil
    }

    static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        case .string(let text): Quantity(text)?.number
        case .object(let members):
            ["score", "value", "total", "current"].lazy.compactMap { members[$0].flatMap(Self.number) }.first
        case .null, .bool, .array: nil
        }
    }

    static func plain(_ key: String) -> String {
        String(key.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) })
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" && $0 != "\r" }
        return end.map { String(start[...$0]) } ?? ""
    }
}
