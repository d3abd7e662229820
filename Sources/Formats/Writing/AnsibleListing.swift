internal import FleetModel
internal import Operations

/// The registry as `ansible-inventory --list` prints it: groups with their direct hosts and children, and all variables
/// of every host under `_meta`. Hosts and children stand in the order of their names.
struct AnsibleListing {
    private let inventory: Inventory
    private let options: InventoryWritingOptions

    /// Variables of Ansible's own, which it never lists.
    private static let unlisted: Set<String> = [
        "ansible_async_path", "ansible_collection_name", "ansible_config_file", "ansible_dependent_role_names",
        "ansible_diff_mode", "ansible_facts", "ansible_forks", "ansible_inventory_sources", "ansible_limit",
        "ansible_play_batch", "ansible_play_hosts", "ansible_play_hosts_all", "ansible_play_role_names",
        "ansible_playbook_python", "ansible_role_name", "ansible_role_names", "ansible_run_tags", "ansible_skip_tags",
        "ansible_verbosity", "ansible_version", "inventory_dir", "inventory_file", "inventory_hostname",
        "inventory_hostname_short", "groups", "group_names", "hostvars", "playbook_dir", "play_hosts", "role_name",
        "role_names", "role_path", "role_uuid",
    ]

    init(_ inventory: Inventory, options: InventoryWritingOptions) {
        self.inventory = inventory
        self.options = options
    }

    var document: JSONValue {
        let members = AnsibleMembers(inventory)
        var document: [String: JSONValue] = [:]
        document["all"] = .object(["children": names(members.top)])
        if !members.ungroupedHosts.isEmpty {
            document[HostVariables.ungrouped] = .object(["hosts": names(members.ungroupedHosts)])
        }
        for group in inventory.groups.values {
            var content: [String: JSONValue] = document[group.name.text]?.object ?? [:]
            let hosts = members.hosts[group.name] ?? []
            if !hosts.isEmpty {
                content["hosts"] = names(
                    hosts + (group.name.text == HostVariables.ungrouped ? members.ungroupedHosts : [])
                )
            }
            if !group.children.isEmpty { content["children"] = names(group.children.map(\.text)) }
            if !content.isEmpty { document[group.name.text] = .object(content) }
        }
        document["_meta"] = .object(["hostvars": .object(hostVariables), "profile": "inventory_legacy"])
        return .object(document)
    }

    private var hostVariables: [String: JSONValue] {
        let variables = HostVariables(inventory)
        var hosts: [String: JSONValue] = [:]
        for node in inventory.nodes.values {
            var values = variables.variables(of: node)
            for (key, value) in AnsibleOverlay(node, inventory: inventory, options: options).differing(from: values) {
                values[key] = value
            }
            let listed = values.filter { !Self.unlisted.contains($0.key) }
            if !listed.isEmpty { hosts[node.name.text] = .object(listed) }
        }
        return hosts
    }

    private func names(_ names: [String]) -> JSONValue { .array(names.sorted().map(JSONValue.string)) }
}

/// Who is in which group, for both of Ansible's forms.
struct AnsibleMembers {
    /// The direct nodes of each group.
    let hosts: [GroupName: [String]]
    /// Nodes without a group.
    let ungroupedHosts: [String]
    /// The children of `all`.
    let top: [String]

    init(_ inventory: Inventory) {
        var hosts: [GroupName: [String]] = [:]
        var ungrouped: [String] = []
        for node in inventory.nodes.values {
            if node.groups.isEmpty { ungrouped.append(node.name.text) }
            for group in node.groups { hosts[group, default: []].append(node.name.text) }
        }
        let parents = inventory.parents
        var top: Set<String> = [HostVariables.ungrouped]
        for group in inventory.groups.values where group.isListedUnderAll || parents[group.name] == nil {
            top.insert(group.name.text)
        }
        self.hosts = hosts
        self.ungroupedHosts = ungrouped
        self.top = top.sorted()
    }
}
