internal import FleetModel
internal import Operations

/// Ansible lays all of `group_vars/` over all group variables of the inventory file, whatever the depth of the groups;
/// the registry has one set of variables for each group. Where that would give a node another value, the value that
/// Ansible gives is put with the node itself, so that every node ends with exactly Ansible's variables.
struct AnsibleLayering {
    let source: AnsibleInventory

    func correct(_ result: inout InventoryImport) {
        let keys = doubtfulKeys
        guard !keys.isEmpty else { return }
        let variables = HostVariables(result.inventory)
        for index in result.nodes.indices {
            let node = result.nodes[index].node
            let groups = [AnsibleInventory.all] + variables.groups(of: node).map(\.text)
            for key in keys where node.variables[key] == nil {
                let exact = layered(key, groups)
                if let exact, exact != variables.value(key, of: node) {
                    result.nodes[index].node.variables[key] = exact
                }
            }
        }
    }

    /// Keys that both layers have; the priority, which in a file is a variable like any other.
    private var doubtfulKeys: Set<String> {
        let inFiles = Set(source.groups.values.flatMap(\.fileVariables.keys))
        guard !inFiles.isEmpty else { return [] }
        let inline = Set(source.groups.values.flatMap(\.variables.keys))
        return inFiles.intersection(inline).union(inFiles.intersection([HostVariables.priorityKey]))
    }

    private func layered(_ key: String, _ groups: [String]) -> JSONValue? {
        let isPriority = key == HostVariables.priorityKey
        let fromFiles = groups.reversed().lazy.compactMap { source.groups[$0]?.fileVariables[key]?.value }.first
        if let fromFiles { return fromFiles }
        return isPriority ? nil : groups.reversed().lazy.compactMap { source.groups[$0]?.variables[key]?.value }.first
    }
}
