import FleetModel
import GRDB
import Operations

/// Writes an edit's touched rows; cost grows with what was touched, not with the registry.
struct RegistryWriter {
    let database: Database
    let seal: VariableSeal

    func write(_ edit: InventoryEdit) throws {
        for move in edit.moves { try replay(move) }
        // Groups first: nodes refer to them. Within each, references may wait for the end of the transaction.
        for name in edit.touchedGroups.sorted() {
            if let group = edit.inventory.groups[name] { try write(group) }
        }
        for name in edit.touchedNodes.sorted() {
            if let node = edit.inventory.nodes[name] { try write(node) }
        }
        if edit.touchedVariables { try write(variables: edit.inventory.variables) }
    }

    /// Status, last contact and profile only.
    func writeObserved(_ node: Node) throws {
        guard let id = try Int64.fetchOne(statement("SELECT id FROM nodes WHERE name = ?"), arguments: [node.name.text])
        else { return }
        try write(status: node, id: id)
        guard let profile = node.profile else { return }
        try run("UPDATE nodes SET profile = ? WHERE id = ? AND profile IS NULL", [profile.rawValue, id])
    }

    private func replay(_ move: InventoryEdit.Move) throws {
        switch move {
        case .unregistered(let name): try run("DELETE FROM nodes WHERE name = ?", [name.text])
        case .renamed(let old, let new): try run("UPDATE nodes SET name = ? WHERE name = ?", [new.text, old.text])
        case .deletedGroup(let name): try run("DELETE FROM groups WHERE name = ?", [name.text])
        }
    }

    private func write(_ node: Node) throws {
        let id = try upsert(node)
        try run("DELETE FROM node_labels WHERE node = ?", [id])
        for (key, value) in node.labels {
            try run("INSERT INTO node_labels (node, key, value) VALUES (?, ?, ?)", [id, key.text, value.text])
        }
        try run("DELETE FROM group_members WHERE node = ?", [id])
        for group in node.groups {
            try run("INSERT INTO group_members (node, member_of) VALUES (?, ?)", [id, group.text])
        }
        try write(hostKey: node.hostKey, id: id)
        try write(status: node, id: id)
    }

    private func upsert(_ node: Node) throws -> Int64 {
        let sql = """
            INSERT INTO nodes (name, host, port, user, jump, location, details, profile, transport, identity_file, variables)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET host = excluded.host, port = excluded.port, user = excluded.user,
                jump = excluded.jump, location = excluded.location, details = excluded.details, profile = excluded.profile,
                transport = excluded.transport, identity_file = excluded.identity_file, variables = excluded.variables
            RETURNING id
            """
        let id = try Int64.fetchOne(
            statement(sql),
            arguments: [
                node.name.text, node.host.text, Int(node.port.number), node.user.text, node.jump?.text,
                node.location?.text,
                node.details?.text, node.profile?.rawValue, node.transport.rawValue, node.identityFile?.text,
                StoredJSON.text(seal.sealed(node.variables)),
            ]
        )
        guard let id else { throw StateError("unexpected", "node “\(node.name)” was written but has no number") }
        return id
    }

    private func write(hostKey: HostKey?, id: Int64) throws {
        guard let hostKey else { return try run("DELETE FROM host_keys WHERE node = ?", [id]) }
        try run(
            "INSERT OR REPLACE INTO host_keys (node, algorithm, base64, fingerprint) VALUES (?, ?, ?, ?)",
            [id, hostKey.algorithm, hostKey.base64, hostKey.fingerprint]
        )
    }

    private func write(status node: Node, id: Int64) throws {
        let (code, reason): (String?, String?) =
            switch node.status {
            case .unknown, .up: (nil, nil)
            case .down(let code, let reason): (code, reason)
            case .quarantined(let reason): (nil, reason)
            }
        try run(
            "INSERT OR REPLACE INTO node_status (node, status, code, reason, last_seen) VALUES (?, ?, ?, ?, ?)",
            [id, node.status.word, code, reason, node.lastSeen?.milliseconds]
        )
    }

    private func write(_ group: Group) throws {
        try run(
            """
            INSERT INTO groups (name, details, variables, listed_under_all) VALUES (?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET details = excluded.details, variables = excluded.variables,
                listed_under_all = excluded.listed_under_all
            """,
            [
                group.name.text, group.details?.text, StoredJSON.text(seal.sealed(group.variables)),
                group.isListedUnderAll,
            ]
        )
        try run("DELETE FROM group_children WHERE parent = ?", [group.name.text])
        for child in group.children {
            try run("INSERT INTO group_children (parent, child) VALUES (?, ?)", [group.name.text, child.text])
        }
    }

    private func write(variables: [String: JSONValue]) throws {
        try run(
            "INSERT OR REPLACE INTO settings (key, value) VALUES ('variables', ?)",
            [StoredJSON.text(seal.sealed(variables))]
        )
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try statement(sql).execute(arguments: arguments)
    }

    private func statement(_ sql: String) throws -> Statement {
        try database.cachedStatement(sql: sql)
    }
}
