internal import Alerting
internal import FleetModel

/// `receivers`: the names, and for each kind of integration its own reading.
struct ReceiverReading {
    let mistakes: MistakeList

    /// Reads one element of `KIND_configs`; nil where it is wrong, which is noted.
    typealias Kinds = (_ kind: String, _ index: Int, YAMLNode, MistakeList) -> Integration?

    func read(_ file: KnownMapping, _ kinds: Kinds) -> [Receiver] {
        var found: [Receiver] = []
        for node in file.list("receivers") ?? [] {
            let keys = Set(IntegrationReading.kinds.union(Self.unsupported).map { $0 + "_configs" }).union(["name"])
            guard let fields = KnownMapping(node, "a receiver", keys: keys, mistakes) else { continue }
            guard let name = fields.text("name"), !name.isEmpty else {
                mistakes.add("a receiver without a name", at: node.mark)
                continue
            }
            if found.contains(where: { $0.name == name }) {
                mistakes.add("the receiver “\(name.quotedForMessage)” is there twice", at: node.mark)
            }
            found.append(Receiver(name: name, integrations: integrations(of: fields, kinds)))
        }
        return found
    }

    private func integrations(of fields: KnownMapping, _ kinds: Kinds) -> [Integration] {
        for kind in Self.unsupported.sorted() where fields[kind + "_configs"] != nil {
            mistakes.add(
                "\(kind)_configs are not supported here: use webhook_configs, or forward alerts to an Alertmanager",
                at: fields.mark(kind + "_configs")
            )
        }
        return IntegrationReading.kinds.sorted().flatMap { kind in
            (fields.list(kind + "_configs") ?? []).enumerated().compactMap { index, node in
                kinds(kind, index, node, mistakes)
            }
        }
    }

    private static let unsupported: Set = [
        "opsgenie", "wechat", "victorops", "sns", "webex", "msteams", "msteamsv2", "jira", "rocketchat", "mattermost",
        "incidentio",
    ]
}
