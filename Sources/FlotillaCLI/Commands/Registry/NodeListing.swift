import FleetModel

/// Nodes as `list` shows them, in the contract's JSON shape.
struct NodeListing: Displayable {
    var nodes: [Node]
    var inventory: Inventory?
    var now: Timestamp?
    var glyphs: Glyphs = .unicode
    /// The table form prints nothing: a sentence was said already.
    var isQuietTable = false

    var table: Table {
        // One cell for all nodes of a status: ten thousand rows have four of them.
        var statuses: [String: Cell] = [:]
        return Table(
            [
                .init("name", "NODE"), .init("status", "STATUS"), .init("address", "ADDRESS"),
                .init("groups", "GROUPS"),
                .init("profile", "PROFILE"), .init("location", "LOCATION"), .init("last_seen", "LAST SEEN", .right),
            ],
            rows: nodes.map { row($0, &statuses) },
            notes: [],
            empty: "no nodes: flotilla register NAME HOST USER, or flotilla inventory import FILE"
        )
    }

    func lines(on terminal: TerminalContext) -> [StyledText] {
        isQuietTable ? [] : table.lines(on: terminal)
    }

    var document: JSONValue { .array(elements.map(Array.init) ?? []) }

    var elements: AnySequence<JSONValue>? {
        let parents = inventory?.parents ?? [:]
        return AnySequence(
            nodes.lazy.map { Self.document(of: $0, groups: Inventory.groups(of: $0, parents: parents)) }
        )
    }

    private func row(_ node: Node, _ statuses: inout [String: Cell]) -> [Cell] {
        let status = statuses[node.status.word] ?? .status(node.status, glyphs: glyphs)
        statuses[node.status.word] = status
        return [
            .text(node.name.text, .emphasis), status, .text(address(of: node)),
            .text(node.groups.isEmpty ? nil : node.groups.sorted().map(\.text).joined(separator: ",")),
            .text(node.profile?.rawValue), .text(node.location?.text),
            now.map { .age(node.lastSeen, at: $0) } ?? .text(node.lastSeen?.rfc3339),
        ]
    }

    private func address(of node: Node) -> String {
        let address = node.user.text + "@" + node.host.joined(to: node.port)
        return node.jump.map { "\(address) via \($0)" } ?? address
    }

    /// - `groups`: its own and all that hold those.
    static func document(of node: Node, groups: Set<GroupName>) -> JSONValue {
        let labels = node.labels.map { ($0.key.text, JSONValue.string($0.value.text)) }
        return [
            "name": .string(node.name.text), "host": .string(node.host.text), "port": .int(Int64(node.port.number)),
            "user": .string(node.user.text), "groups": .array(groups.sorted().map { .string($0.text) }),
            "labels": .object(Dictionary(labels, uniquingKeysWith: { $1 })),
            "profile": node.profile.map { .string($0.rawValue) } ?? .null, "status": .string(node.status.word),
            "last_seen": node.lastSeen.map { .string($0.rfc3339) } ?? .null,
            "host_key": node.hostKey.map { .string("\($0.algorithm) \($0.fingerprint)") } ?? .null,
            "jump": node.jump.map { .string($0.text) } ?? .null,
            "location": node.location.map { .string($0.text) } ?? .null,
            "description": node.details.map { .string($0.text) } ?? .null,
            "transport": .string(node.transport.rawValue), "reason": node.status.reason.map { .string($0) } ?? .null,
        ]
    }
}

extension NodeStatus {
    /// Why a node is down or quarantined.
    var reason: String? {
        switch self {
        case .unknown, .up: nil
        case .down(_, let reason), .quarantined(let reason): reason
        }
    }
}
