import FleetModel
import GRDB

/// Reads the whole registry in four scans; cost grows with nodes plus labels plus memberships.
struct RegistryReader {
    let database: Database
    let path: String
    let seal: VariableSeal

    func inventory() throws -> Inventory {
        do {
            return Inventory(nodes: try nodes(), groups: try groups(), variables: try variables())
        } catch let error as UsageError {
            // What was checked when it was written no longer passes: somebody or something changed the file.
            throw StateError.damaged(path, because: error.problem)
        }
    }

    private func nodes() throws -> [NodeName: Node] {
        var labels = try SideTable(cursor("SELECT node, key, value FROM node_labels ORDER BY node"))
        var groups = try SideTable(cursor("SELECT node, member_of FROM group_members ORDER BY node"))
        var names: [String: GroupName] = [:]
        var nodes: [NodeName: Node] = [:]
        nodes.reserveCapacity(try Int.fetchOne(database, sql: "SELECT count(*) FROM nodes") ?? 0)
        let rows = try cursor(Self.nodeColumns)
        while let row = try rows.next() {
            var node = try self.node(row)
            let id: Int64 = row[0]
            try labels.each(of: id) { node.labels[try LabelKey($0[1])] = try OneLine($0[2]) }
            try groups.each(of: id) { row in
                let text: String = row[1]
                let name = try names[text] ?? GroupName(text)
                names[text] = name
                node.groups.insert(name)
            }
            nodes[node.name] = node
        }
        return nodes
    }

    private static let nodeColumns = """
        SELECT n.id, n.name, n.host, n.port, n.user, n.transport, n.variables, n.jump, n.location, n.details, n.profile,
            n.identity_file, k.algorithm, k.base64, k.fingerprint, s.status, s.code, s.reason, s.last_seen
        FROM nodes n LEFT JOIN host_keys k ON k.node = n.id LEFT JOIN node_status s ON s.node = n.id ORDER BY n.id
        """

    private func node(_ row: Row) throws -> Node {
        var node = try Node(
            name: NodeName(row[1]),
            host: HostAddress(row[2]),
            user: UserName(row[4]),
            port: Port(row[3] as Int)
        )
        node.transport = try Self.known(Node.Transport(rawValue: row[5]), "transport")
        node.variables = try seal.opened(row[6])
        node.jump = try (row[7] as String?).map { try NodeName($0) }
        node.location = try (row[8] as String?).map { try OneLine($0) }
        node.details = try (row[9] as String?).map { try OneLine($0) }
        node.profile = try (row[10] as String?).map { try Self.known(Node.Profile(rawValue: $0), "profile") }
        node.identityFile = try (row[11] as String?).map { try OneLine($0) }
        if let algorithm: String = row[12] {
            node.hostKey = HostKey(algorithm: algorithm, base64: row[13], fingerprint: row[14])
        }
        node.status = Self.status(row)
        node.lastSeen = (row[18] as Int64?).map(Timestamp.init(milliseconds:))
        return node
    }

    private static func status(_ row: Row) -> NodeStatus {
        switch row[15] as String? {
        case "up": .up
        case "down": .down(code: row[16] ?? "", reason: row[17] ?? "")
        case "quarantined": .quarantined(reason: row[17] ?? "")
        default: .unknown
        }
    }

    private static func known<T>(_ value: T?, _ what: String) throws(UsageError) -> T {
        guard let value else { throw UsageError("bad_" + what, "a node has a \(what) that is none") }
        return value
    }

    private func groups() throws -> [Group] {
        var children: [String: Set<GroupName>] = [:]
        let pairs = try cursor("SELECT parent, child FROM group_children")
        while let row = try pairs.next() { children[row[0], default: []].insert(try GroupName(row[1])) }
        var groups: [Group] = []
        let rows = try cursor("SELECT name, details, variables, listed_under_all FROM groups")
        while let row = try rows.next() {
            var group = Group(name: try GroupName(row[0]))
            group.details = try (row[1] as String?).map { try OneLine($0) }
            group.variables = try seal.opened(row[2])
            group.isListedUnderAll = row[3]
            group.children = children[group.name.text] ?? []
            groups.append(group)
        }
        return groups
    }

    private func variables() throws -> [String: JSONValue] {
        let sql = "SELECT value FROM settings WHERE key = 'variables'"
        return try seal.opened(try String.fetchOne(database, sql: sql) ?? "{}")
    }

    private func cursor(_ sql: String) throws -> RowCursor {
        try Row.fetchCursor(database.cachedStatement(sql: sql))
    }
}

/// A second cursor that walks beside the nodes, both in the order of node numbers.
private struct SideTable {
    private let rows: RowCursor
    private var row: Row?

    init(_ rows: RowCursor) throws {
        self.rows = rows
        self.row = try rows.next()
    }

    mutating func each(of node: Int64, _ body: (Row) throws -> Void) throws {
        while let current = row {
            let owner: Int64 = current[0]
            guard owner <= node else { return }
            if owner == node { try body(current) }
            row = try rows.next()
        }
    }
}
