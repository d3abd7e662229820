import FleetModel
import Operations

/// One node with everything that is known about it.
struct NodeDetails: Displayable {
    let node: Node
    let inventory: Inventory
    let poll: PollRecord?
    let now: Timestamp
    let glyphs: Glyphs

    var table: Table { record.table }

    var document: JSONValue {
        var members = NodeListing.document(of: node, groups: inventory.groups(of: node)).object ?? [:]
        members["last_seen"] = seen.map { .string($0.rfc3339) } ?? .null
        members["variables"] = .object(SecretVariables.masked(node.variables))
        members["identity_file"] = node.identityFile.map { .string($0.text) } ?? .null
        members["profile_source"] = .string(node.profile == nil ? "not known yet" : "told or found out")
        members["samples_at"] = poll.map { .string($0.at.rfc3339) } ?? .null
        members["samples"] = .array((poll?.samples ?? []).map(\.document))
        return .object(members)
    }

    func lines(on terminal: TerminalContext) -> [StyledText] { record.lines(on: terminal) }

    private var record: Record {
        Record(
            [
                .init("", identity), .init("Reach", reach), .init("Figures", figures),
                .init(
                    "Variables",
                    SecretVariables.masked(node.variables).sorted { $0.key < $1.key }.map {
                        .init($0.key, $0.key, .text($0.value.text()))
                    }
                ),
            ].filter { !$0.fields.isEmpty }
        )
    }

    private var identity: [Record.Field] {
        let groups = inventory.groups(of: node).sorted().map(\.text).joined(separator: ", ")
        let labels = node.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
        return [
            .init("name", "node", .text(node.name.text, .emphasis)),
            .init("description", "description", .text(node.details?.text)),
            .init("location", "location", .text(node.location?.text)),
            .init("profile", "profile", .text(node.profile?.rawValue)),
            .init("groups", "groups", .text(groups.isEmpty ? nil : groups)),
            .init("labels", "labels", .text(labels.isEmpty ? nil : labels)),
        ]
    }

    private var seen: Timestamp? { node.lastSeen(with: poll) }

    private var reach: [Record.Field] {
        [
            .init("status", "status", .status(node.status, glyphs: glyphs)),
            .init("reason", "reason", .text(node.status.reason)),
            .init("last_seen", "last seen", .age(seen, at: now)),
            .init("address", "address", .text("\(node.user)@\(node.host.joined(to: node.port))")),
            .init("jump", "jump host", .text(node.jump?.text)),
            .init("transport", "transport", .text(node.transport.rawValue)),
            .init("host_key", "host key", .text(node.hostKey.map { "\($0.algorithm) \($0.fingerprint)" })),
        ]
    }

    private var figures: [Record.Field] {
        (poll?.samples ?? []).prefix(40).map { sample in
            let labels = sample.labels.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            return .init(sample.name, sample.name, .text("\(sample.value)  \(labels)"))
        }
    }
}

extension Sample {
    /// Name, labels and value as one JSON object.
    var document: JSONValue {
        let labels = self.labels.map { ($0.key, JSONValue.string($0.value)) }
        return [
            "name": .string(name), "labels": .object(Dictionary(labels, uniquingKeysWith: { $1 })),
            "value": .double(value),
        ]
    }
}
