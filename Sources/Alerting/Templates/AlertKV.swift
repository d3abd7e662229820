internal import FleetModel
internal import GoTemplate

/// Labels or annotations as templates see them: a map with methods.
struct AlertKV: GoObject {
    let entries: [String: String]

    init(_ entries: [String: String]) { self.entries = entries }

    init(_ labels: LabelSet) {
        entries = Dictionary(labels.labels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    var typeName: String { "template.KV" }
    var core: GoCore { .plain(.texts(entries)) }
    var text: String? { pairs.text }

    /// By name, but the alert's name first.
    var pairs: AlertPairs {
        let first = entries[Alert.nameLabel].map { [(Alert.nameLabel, $0)] } ?? []
        let others = entries.filter { $0.key != Alert.nameLabel }.sorted { $0.key.isBefore($1.key) }
        return AlertPairs(pairs: first + others.map { ($0.key, $0.value) })
    }

    func method(_ name: String) -> GoFunction? {
        let kv = self
        switch name {
        case "SortedPairs": return GoFunction { _ in .object(kv.pairs) }
        case "Names": return GoFunction { _ in .texts(kv.pairs.pairs.map(\.0)) }
        case "Values": return GoFunction { _ in .texts(kv.pairs.pairs.map(\.1)) }
        case "String": return GoFunction { _ in .string(kv.text ?? "") }
        case "Remove":
            return GoFunction([.strings]) { values in
                let gone = Set(values[0].strings)
                return .object(AlertKV(kv.entries.filter { !gone.contains($0.key) }))
            }
        default: return nil
        }
    }
}

/// Names and values in their order.
struct AlertPairs: GoObject {
    let pairs: [(String, String)]

    var typeName: String { "template.Pairs" }
    var core: GoCore { .plain(.list(pairs.map { .object(AlertPair(name: $0.0, value: $0.1)) })) }
    var text: String? { pairs.map { "\($0.0)=\($0.1)" }.joined(separator: ", ") }

    func method(_ name: String) -> GoFunction? {
        let pairs = pairs
        switch name {
        case "Names": return GoFunction { _ in .texts(pairs.map(\.0)) }
        case "Values": return GoFunction { _ in .texts(pairs.map(\.1)) }
        case "String":
            let text = self.text ?? ""
            return GoFunction { _ in .string(text) }
        default: return nil
        }
    }
}

private struct AlertPair: GoObject {
    let name: String
    let value: String

    var typeName: String { "template.Pair" }
    var core: GoCore { .structure([("Name", .string(name)), ("Value", .string(value))]) }
}
