internal import FleetModel
internal import Operations

/// The registry as a YAML inventory that Ansible and `inventory import` read: variables stay where they were put, with
/// `all`, with groups and with hosts, and each host's own variables stand at its first mention only.
struct AnsibleTree {
    private let inventory: Inventory
    private let members: AnsibleMembers
    private let groups: [String: Group]
    private let hostContents: [String: JSONValue]

    init(_ inventory: Inventory, options: InventoryWritingOptions) {
        self.inventory = inventory
        self.members = AnsibleMembers(inventory)
        self.groups = Dictionary(inventory.groups.values.map { ($0.name.text, $0) }, uniquingKeysWith: { $1 })
        let variables = HostVariables(inventory)
        var contents: [String: JSONValue] = [:]
        for node in inventory.nodes.values {
            let overlay = AnsibleOverlay(node, inventory: inventory, options: options)
            let own = node.variables.merging(overlay.differing(from: variables.variables(of: node))) { $1 }
            contents[node.name.text] = own.isEmpty ? .null : .object(own)
        }
        self.hostContents = contents
    }

    var document: JSONValue {
        var writer = Writer(tree: self)
        var all: [String: JSONValue] = [:]
        if !inventory.variables.isEmpty { all["vars"] = .object(inventory.variables) }
        if !members.ungroupedHosts.isEmpty { all["hosts"] = writer.hosts(members.ungroupedHosts) }
        let top = members.top.filter { groups[$0] != nil }
        if !top.isEmpty { all["children"] = writer.children(top) }
        return .object(["all": .object(all)])
    }

    private struct Writer {
        let tree: AnsibleTree
        var seenGroups: Set<String> = []
        var seenHosts: Set<String> = []

        mutating func hosts(_ names: [String]) -> JSONValue {
            .object(
                Dictionary(
                    uniqueKeysWithValues: names.map { name in
                        (name, seenHosts.insert(name).inserted ? tree.hostContents[name] ?? .null : .null)
                    }
                )
            )
        }

        mutating func children(_ names: [String]) -> JSONValue {
            var children: [String: JSONValue] = [:]
            for name in names.sorted() {
                children[name] = tree.groups[name].map { content($0) } ?? .null
            }
            return .object(children)
        }

        private mutating func content(_ group: Group) -> JSONValue {
            guard seenGroups.insert(group.name.text).inserted else { return .null }
            var content: [String: JSONValue] = [:]
            if !group.variables.isEmpty { content["vars"] = .object(group.variables) }
            let hosts = tree.members.hosts[group.name] ?? []
            if !hosts.isEmpty { content["hosts"] = self.hosts(hosts) }
            if !group.children.isEmpty { content["children"] = children(group.children.map(\.text)) }
            return content.isEmpty ? .null : .object(content)
        }
    }
}
