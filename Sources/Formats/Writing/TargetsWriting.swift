internal import FleetModel
internal import Operations

/// The nodes as a `file_sd` document of Prometheus: one entry a node, its labels as they are, everything else as
/// `__meta_flotilla_…` for relabelling.
enum TargetsWriting {
    /// node_exporter's port.
    private static let defaultPort = 9100

    static func text(_ inventory: Inventory, options: InventoryWritingOptions) -> String {
        let entries = inventory.nodes.values.sorted { $0.name < $1.name }.map { entry($0, options) }
        return JSONValue.array(entries).text(pretty: true) + "\n"
    }

    private static func entry(_ node: Node, _ options: InventoryWritingOptions) -> JSONValue {
        let port = options.targetPort?.description ?? String(defaultPort)
        let host = node.host.isIPv6 ? "[\(node.host)]" : node.host.text
        var labels: [String: JSONValue] = ["node": .string(node.name.text)]
        for (key, value) in node.labels where labels[labelName(key)] == nil {
            labels[labelName(key)] = .string(value.text)
        }
        let meta: [(String, String?)] = [
            ("node", node.name.text), ("host", node.host.text), ("port", node.port.description),
            ("user", node.user.text), ("jump", node.jump?.text), ("location", node.location?.text),
            ("description", node.details?.text), ("profile", node.profile?.rawValue),
            ("groups", node.groups.isEmpty ? nil : ",\(node.groups.map(\.text).sorted().joined(separator: ",")),"),
        ]
        for (key, value) in meta {
            if let value { labels[TargetLabels.prefix + key] = .string(value) }
        }
        return .object(["targets": .array([.string("\(host):\(port)")]), "labels": .object(labels)])
    }

    /// Prometheus knows letters, digits and `_` only; `__` at the beginning is its own.
    private static func labelName(_ key: LabelKey) -> String {
        let name = String(key.text.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        return name.hasPrefix("__") ? "label" + name : name
    }
}
