import FleetModel
import Operations

/// `retention:` of `flotilla.yml`: a time, or limits by name.
struct RetentionReading {
    private(set) var limits: RetentionLimits?
    /// What is wrong, each with its place.
    private(set) var mistakes: [(mark: YAMLMark, problem: String)] = []

    private static let keys = ["raw", "five_minutes", "one_hour", "size"]
    private static let leastSize = 10_000_000

    init(_ node: YAMLNode, standard: RetentionLimits) {
        guard let members = node.members else {
            readPlain(node)
            return
        }
        var (raw, fiveMinutes, oneHour): (Duration, Duration?, Duration?) = (standard.raw, nil, nil)
        var bytes = standard.bytes
        for member in members {
            guard case .scalar(let key, _) = member.key.content else {
                mistakes.append((member.key.mark, "expected a plain key"))
                continue
            }
            switch key {
            case "raw": raw = span(member, key) ?? raw
            case "five_minutes": fiveMinutes = span(member, key)
            case "one_hour": oneHour = span(member, key)
            case "size": bytes = size(member) ?? bytes
            default:
                let near = NearMisses.question(for: key, among: Self.keys).map { ", \($0)" } ?? ""
                mistakes.append((member.key.mark, "unknown key “\(key.quotedForMessage)” of retention\(near)"))
            }
        }
        limits = RetentionLimits(raw: raw, fiveMinutes: fiveMinutes, hours: oneHour, bytes: bytes)
    }

    private mutating func readPlain(_ node: YAMLNode) {
        guard case .scalar(let text, _) = node.content, let raw = Self.span(text) else {
            mistakes.append((node.mark, "retention is a time of at least 1h, or has the keys raw and size"))
            return
        }
        limits = RetentionLimits(raw: raw)
    }

    private mutating func span(_ member: YAMLNode.Member, _ key: String) -> Duration? {
        if case .scalar(let text, _) = member.value.content, let span = Self.span(text) { return span }
        mistakes.append((member.value.mark, "\(key) of retention is a time of at least 1h"))
        return nil
    }

    private mutating func size(_ member: YAMLNode.Member) -> Int? {
        if case .scalar(let text, _) = member.value.content, let bytes = Self.bytes(text), bytes >= Self.leastSize {
            return bytes
        }
        mistakes.append((member.value.mark, "size of retention is a number of bytes of at least 10MB, such as 5GB"))
        return nil
    }

    private static func span(_ text: String) -> Duration? {
        Duration(span: text).flatMap { $0 >= .seconds(3600) ? $0 : nil }
    }

    /// `5GB`, `500 MB` or `2GiB`.
    private static func bytes(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number.isFinite, number < 1e6 else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        let scales: [Substring: Double] = [
            "MB": 1e6, "GB": 1e9, "TB": 1e12, "MiB": 0x1p20, "GiB": 0x1p30, "TiB": 0x1p40,
        ]
        return scales[unit].map { Int(number * $0) }
    }
}
