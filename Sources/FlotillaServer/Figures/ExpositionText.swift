import FleetModel
import Operations
import PromQL

/// Samples in Prometheus' text format 0.0.4.
enum ExpositionText {
    static let type = "text/plain; version=0.0.4; charset=utf-8; escaping=allow-utf-8"

    static func text(_ families: [FigureFamily]) -> [UInt8] {
        var output = ""
        for family in families where !family.samples.isEmpty {
            output += "# HELP \(name(family.name)) \(escaped(family.help, quotes: false))\n"
            output += "# TYPE \(name(family.name)) \(family.kind.rawValue)\n"
            for sample in family.samples { output += line(sample.name, sample.labels, sample.value, at: nil) }
        }
        return Array(output.utf8)
    }

    /// The latest samples of series, sorted by name, as `/federate` gives them.
    static func federation(_ values: [LabelSet: Double], at times: [LabelSet: Int64]) -> [UInt8] {
        var output = ""
        var last: String?
        for (labels, value) in values.sorted(by: { $0.key.comesByName(before: $1.key) }) {
            let name = labels[LabelSet.nameLabel]
            guard !name.isEmpty else { continue }
            if last != name { output += "# TYPE \(self.name(name)) untyped\n" }
            last = name
            var others = labels.unnamed.labels
            // Else the reader would put its own in.
            if !others.contains(where: { $0.key == "instance" }) { others.append(.init("instance", "")) }
            output += line(name, others, value, at: times[labels])
        }
        return Array(output.utf8)
    }

    private static func line(_ name: String, _ labels: [Sample.Label], _ value: Double, at time: Int64?) -> String {
        var inside = labels.map { self.name($0.key, isLabel: true) + "=\"" + escaped($0.value, quotes: true) + "\"" }
        let isPlain = isPlainName(name)
        if !isPlain { inside.insert("\"" + escaped(name, quotes: true) + "\"", at: 0) }
        return (isPlain ? name : "") + (inside.isEmpty ? "" : "{" + inside.joined(separator: ",") + "}") + " "
            + NumberText.apiText(of: value) + (time.map { " \($0)" } ?? "") + "\n"
    }

    private static func name(_ text: String, isLabel: Bool = false) -> String {
        let isPlain = isLabel ? LabelSet.isPlainLabel(text) : isPlainName(text)
        return isPlain ? text : "\"" + escaped(text, quotes: true) + "\""
    }

    private static func isPlainName(_ text: String) -> Bool {
        LabelSet.isPlainLabel(text.replacing(":", with: "_"))
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        let plain = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? plain.replacing("\"", with: "\\\"") : plain
    }
}

extension LabelSet {
    fileprivate func comesByName(before other: LabelSet) -> Bool {
        let (own, others) = (self[Self.nameLabel], other[Self.nameLabel])
        return own.hasSameBytes(as: others) ? isBefore(other) : own.isBefore(others)
    }
}
