internal import FleetModel

/// The nodes as CSV, in the columns that an import reads; one column for each label that any node has.
enum InventoryTable {
    static func text(_ inventory: Inventory) -> String {
        let nodes = inventory.nodes.values.sorted { $0.name < $1.name }
        let labels = Set(nodes.flatMap(\.labels.keys)).sorted()
        let withIdentity = nodes.contains { $0.identityFile != nil }
        var header = ["name", "host", "user", "port", "jump", "groups", "location", "description", "profile"]
        if withIdentity { header.append("identity_file") }
        let rows = nodes.map { node in
            [
                node.name.text, node.host.text, node.user.text, node.port.description, node.jump?.text ?? "",
                node.groups.map(\.text).sorted().joined(separator: ";"), node.location?.text ?? "",
                node.details?.text ?? "", node.profile?.rawValue ?? "",
            ] + (withIdentity ? [node.identityFile?.text ?? ""] : []) + labels.map { node.labels[$0]?.text ?? "" }
        }
        return CSVWriting.text([header + labels.map(heading)] + rows)
    }

    /// A label that has the name of a column of ours is told apart by `label.`.
    private static func heading(_ label: LabelKey) -> String {
        if let column = try? TableColumn(label.text), column.isLabel, !label.text.hasPrefix("label.") {
            return label.text
        }
        return "label." + label.text
    }
}
