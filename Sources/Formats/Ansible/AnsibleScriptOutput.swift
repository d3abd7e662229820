internal import FleetModel
internal import Operations

/// What a dynamic inventory prints for `--list`: groups with lists of hosts and children, `vars`, and `_meta.hostvars`.
enum AnsibleScriptOutput {
    /// True for a document in this form; an inventory with `hosts` as mappings is the YAML form written as JSON.
    static func recognizes(_ document: JSONValue) -> Bool {
        guard let groups = document.object, !groups.isEmpty else { return false }
        if groups["_meta"]?.object?["hostvars"] != nil { return true }
        return groups.values.contains { group in
            if case .array = group { return true }
            return ["hosts", "children"].contains { key in
                if case .array = group.object?[key] { true } else { false }
            }
        }
    }

    static func read(_ document: JSONValue, path: String, into inventory: inout AnsibleInventory) {
        let at = SourcePosition(file: path, line: 1, column: 0)
        let groups = (document.object ?? [:]).sorted { $0.key < $1.key }.filter { $0.key != "_meta" }
        for (name, content) in groups {
            inventory.addGroup(name, at: at)
            readGroup(name, content, at: at, into: &inventory)
        }
        // Python's decoder keeps the order of the groups and ours does not, so children come when all groups are there.
        for (name, content) in groups {
            for child in names(content.object?["children"], of: name, at: at, in: &inventory) {
                inventory.addGroup(child, at: at)
                inventory.addChild(child, to: name, at: at)
            }
        }
        readHostVariables(document.object?["_meta"]?.object?["hostvars"]?.object ?? [:], at: at, into: &inventory)
    }

    private static func readGroup(
        _ name: String,
        _ content: JSONValue,
        at position: SourcePosition,
        into inventory: inout AnsibleInventory
    ) {
        var hosts = content
        var variables: [String: JSONValue] = [:]
        if let members = content.object {
            hosts = members["hosts"] ?? .array([])
            variables = members["vars"]?.object ?? [:]
            // The oldest form of all: a host under its own name, with its variables.
            if members["hosts"] == nil, members["vars"] == nil, members["children"] == nil {
                hosts = .array([.string(name)])
                variables = members
            }
        }
        for host in names(hosts, of: name, at: position, in: &inventory) {
            inventory.addHost(host, to: name, port: nil, at: position)
        }
        for (key, value) in variables { inventory.set(key, of: name, to: value, at: position) }
    }

    private static func readHostVariables(
        _ hosts: [String: JSONValue],
        at position: SourcePosition,
        into inventory: inout AnsibleInventory
    ) {
        for (host, variables) in hosts {
            guard inventory.hosts[host] != nil else { continue }
            guard let members = variables.object else {
                inventory.refuse("_meta.hostvars of “\(host.quotedForMessage)” is no object", at: position)
                continue
            }
            for (key, value) in members { inventory.set(key, of: host, to: value, at: position) }
        }
    }

    private static func names(
        _ value: JSONValue?,
        of group: String,
        at position: SourcePosition,
        in inventory: inout AnsibleInventory
    ) -> [String] {
        guard let value else { return [] }
        guard case .array(let elements) = value else {
            inventory.refuse("group “\(group.quotedForMessage)” has hosts or children that are no list", at: position)
            return []
        }
        return elements.compactMap { element in
            if element.string == nil {
                inventory.refuse("group “\(group.quotedForMessage)” lists a host that is no text", at: position)
            }
            return element.string
        }
    }
}
