package import FleetModel

extension InventoryChange {
    /// What the audit record says about this change. Values of variables are left out: they may hold passwords.
    ///
    /// - Parameter inventory: the registry as it was before.
    /// - Returns: the record to append.
    package func auditEntry(before inventory: Inventory) -> AuditEntry {
        switch self {
        case .register(let node): AuditEntry("node.register", node: node.name, detail: .object(node.auditFields))
        case .update(let node, let old):
            AuditEntry("node.update", node: node.name, detail: Self.difference(inventory.nodes[old ?? node.name], node))
        case .unregister(let name):
            AuditEntry("node.unregister", node: name, detail: .object(inventory.nodes[name]?.auditFields ?? [:]))
        case .createGroup(let group): AuditEntry("group.create", detail: group.auditDetail)
        case .updateGroup(let group): AuditEntry("group.update", detail: group.auditDetail)
        case .deleteGroup(let name): AuditEntry("group.delete", detail: ["group": .string(name.text)])
        case .addNode(let node, let group):
            AuditEntry("group.add_node", node: node, detail: ["group": .string(group.text)])
        case .removeNode(let node, let group):
            AuditEntry("group.remove_node", node: node, detail: ["group": .string(group.text)])
        case .setVariables(let variables):
            AuditEntry(
                "inventory.variables",
                detail: ["variables": .array(variables.keys.sorted().map { .string($0) })]
            )
        case .pinHostKey(let key, let name):
            AuditEntry("host_key.pin", node: name, detail: Self.pinned(key, instead: inventory.nodes[name]?.hostKey))
        case .forgetHostKey(let name):
            AuditEntry("host_key.forget", node: name, detail: Self.pinned(nil, instead: inventory.nodes[name]?.hostKey))
        case .quarantine(let name, let reason):
            AuditEntry("node.quarantine", node: name, detail: ["reason": .string(reason)])
        }
    }

    private static func pinned(_ key: HostKey?, instead old: HostKey?) -> JSONValue {
        var detail: [String: JSONValue] = [:]
        if let key { detail["fingerprint"] = .string(key.fingerprint) }
        if let key { detail["algorithm"] = .string(key.algorithm) }
        if let old { detail["was"] = .string(old.fingerprint) }
        return .object(detail)
    }

    /// `{"field": [old, new]}` for each field that differs.
    private static func difference(_ old: Node?, _ new: Node) -> JSONValue {
        guard let old else { return .object(new.auditFields) }
        let (before, after) = (old.auditFields, new.auditFields)
        var changes: [String: JSONValue] = [:]
        for field in Set(before.keys).union(after.keys) where before[field] != after[field] {
            changes[field] = [before[field] ?? .null, after[field] ?? .null]
        }
        if old.variables != new.variables, changes["variables"] == nil { changes["variables"] = "values changed" }
        return .object(changes)
    }
}

extension Node {
    /// The operator's fields, without the observed ones and without the values of variables.
    fileprivate var auditFields: [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "name": .string(name.text), "host": .string(host.text), "port": .int(Int64(port.number)),
            "user": .string(user.text), "transport": .string(transport.rawValue),
        ]
        fields["jump"] = jump.map { .string($0.text) }
        fields["location"] = location.map { .string($0.text) }
        fields["description"] = details.map { .string($0.text) }
        fields["profile"] = profile.map { .string($0.rawValue) }
        fields["identity_file"] = identityFile.map { .string($0.text) }
        if !groups.isEmpty { fields["groups"] = .array(groups.sorted().map { .string($0.text) }) }
        for (key, value) in labels { fields["label." + key.text] = .string(value.text) }
        if !variables.isEmpty { fields["variables"] = .array(variables.keys.sorted().map { .string($0) }) }
        return fields
    }
}

extension Group {
    fileprivate var auditDetail: JSONValue {
        var detail: [String: JSONValue] = ["group": .string(name.text)]
        detail["description"] = details.map { .string($0.text) }
        if !children.isEmpty { detail["children"] = .array(children.sorted().map { .string($0.text) }) }
        if !variables.isEmpty { detail["variables"] = .array(variables.keys.sorted().map { .string($0) }) }
        return .object(detail)
    }
}
