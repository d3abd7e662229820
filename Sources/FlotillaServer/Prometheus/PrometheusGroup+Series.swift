import FleetModel
import Operations
import PromQL

extension PrometheusGroup {
    func series(_ call: CallParameters) async throws -> Found {
        guard !call.all("match[]").isEmpty else { throw PrometheusFault.badData("no match[] parameter provided") }
        let limit = try call.limit()
        let (selectors, from, through) = try await chosen(call)
        let found = try await questions.series(selectors, from: from, through: through)
        let isCut = limit > 0 && found.count > limit
        return .series(isCut ? Array(found.prefix(limit)) : found, warnings: isCut ? [CallParameters.truncated] : [])
    }

    func labelNames(_ call: CallParameters) async throws -> Found {
        let limit = try call.limit()
        let (selectors, from, through) = try await chosen(call)
        return Self.list(try await questions.labelNames(selectors, from: from, through: through), limit)
    }

    func labelValues(of name: String, _ call: CallParameters) async throws -> Found {
        guard let name = LabelEscape.name(ofPath: name), !name.isEmpty else {
            throw PrometheusFault.badData("invalid label name: \(name.quoted)")
        }
        let limit = try call.limit()
        let (selectors, from, through) = try await chosen(call)
        return Self.list(try await questions.labelValues(of: name, selectors, from: from, through: through), limit)
    }

    /// Names say what a figure is: Flotilla's are those of client libraries.
    func metadata(_ call: CallParameters) async throws -> Found {
        let limit = try call.limit()
        let all = Timestamp(milliseconds: 0)...Timestamp(milliseconds: .max / 4)
        var names = try await questions.labelValues(
            of: LabelSet.nameLabel,
            [],
            from: all.lowerBound,
            through: all.upperBound
        )
        if let metric = call["metric"] { names = names.filter { $0 == metric } }
        if limit > 0 { names = Array(names.prefix(limit)) }
        let entries = names.map { name -> (String, JSONValue) in
            let kind =
                name.hasSuffix("_total") ? "counter" : name.hasPrefix("node_") || name == "up" ? "gauge" : "unknown"
            return (name, [["type": .string(kind), "help": "", "unit": ""]])
        }
        return .success(.object(Dictionary(entries, uniquingKeysWith: { $1 })))
    }

    private static func list(_ texts: [String], _ limit: Int) -> Found {
        let isCut = limit > 0 && texts.count > limit
        let kept = isCut ? Array(texts.prefix(limit)) : texts
        return .document(.array(kept.map { .string($0) }), warnings: isCut ? [CallParameters.truncated] : [])
    }

    /// The selectors and the span of a call; without times it is all that is stored.
    private func chosen(_ call: CallParameters) async throws -> ([VectorSelector], Timestamp, Timestamp) {
        let start = try call.moment("start") ?? Timestamp(milliseconds: 0)
        let end = try call.moment("end") ?? Timestamp(milliseconds: .max / 4)
        var selectors: [VectorSelector] = []
        for text in call.all("match[]") { selectors.append(try await questions.selector(text)) }
        return (selectors, start, end)
    }
}

/// Label names in paths: percent escapes, and Prometheus' `U__` form of names that are not plain.
enum LabelEscape {
    static func name(ofPath text: String) -> String? {
        guard let text = unescapedPercent(text) else { return nil }
        guard text.hasPrefix("U__") else { return text }
        return unescapedName(text.dropFirst(3))
    }

    private static func unescapedPercent(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `__` is `_`, `_2e_` the character of that number.
    private static func unescapedName(_ text: Substring) -> String? {
        var name = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "_" else {
                name.append(scalar)
                continue
            }
            let digits = rest.prefix { $0 != "_" }
            rest = rest.dropFirst(digits.count)
            guard rest.popFirst() == "_" else { return nil }
            if digits.isEmpty {
                name.append("_")
            } else {
                guard let number = UInt32(String(digits), radix: 16), let found = Unicode.Scalar(number) else {
                    return nil
                }
                name.append(found)
            }
        }
        return String(name)
    }
}
