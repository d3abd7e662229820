import FleetModel

extension FieldDifference {
    static func between(_ old: Node, _ new: Node) -> [FieldDifference] {
        // Nearly all nodes of a second import are equal; only the others are looked at field by field.
        guard old != new else { return [] }
        let single: [(NodeField, String?, String?)] = [
            (.host, old.host.text, new.host.text), (.port, old.port.description, new.port.description),
            (.user, old.user.text, new.user.text), (.jump, old.jump?.text, new.jump?.text),
            (.groups, list(old.groups), list(new.groups)), (.location, old.location?.text, new.location?.text),
            (.description, old.details?.text, new.details?.text),
            (.profile, old.profile?.rawValue, new.profile?.rawValue),
            (.identityFile, old.identityFile?.text, new.identityFile?.text),
        ]
        let fields = single.filter { $0.1 != $0.2 }.map { FieldDifference(field: $0.0.rawValue, old: $0.1, new: $0.2) }
        return fields + between(labels(old), labels(new), prefix: "label.")
            + between(old.variables, new.variables, prefix: "variables.")
    }

    static func between(_ old: Group, _ new: Group) -> [FieldDifference] {
        let children = FieldDifference(field: "children", old: list(old.children), new: list(new.children))
        let listed = FieldDifference(
            field: "listed_under_all",
            old: String(old.isListedUnderAll),
            new: String(new.isListedUnderAll)
        )
        return (old.children == new.children ? [] : [children])
            + (old.isListedUnderAll == new.isListedUnderAll ? [] : [listed])
            + between(old.variables, new.variables, prefix: "variables.")
    }

    static func between(
        _ old: [String: JSONValue],
        _ new: [String: JSONValue],
        prefix: String
    ) -> [FieldDifference] {
        guard old != new else { return [] }
        return Set(old.keys).union(new.keys).sorted().compactMap { key in
            guard old[key] != new[key] else { return nil }
            // Never a secret: this is shown, and kept in what people copy from their terminals.
            func text(_ value: JSONValue?) -> String? {
                value.flatMap { SecretVariables.masked([key: $0])[key] }.map(shown)
            }
            return FieldDifference(field: prefix + key, old: text(old[key]), new: text(new[key]))
        }
    }

    private static func shown(_ value: JSONValue) -> String { value.string ?? value.text() }

    private static func labels(_ node: Node) -> [String: JSONValue] {
        Dictionary(node.labels.map { ($0.key.text, .string($0.value.text)) }, uniquingKeysWith: { $1 })
    }

    private static func list(_ names: Set<GroupName>) -> String? {
        names.isEmpty ? nil : names.sorted().map(\.text).joined(separator: ",")
    }
}
