import FleetModel

/// How an import and the registry become one: what the file names wins, what it does not name stays.
struct InventoryMerging {
    let imported: InventoryImport
    let current: Inventory
    let prune: Bool
    private let fileGroups: Set<GroupName>

    init(imported: InventoryImport, current: Inventory, prune: Bool) {
        self.imported = imported
        self.current = current
        self.prune = prune
        self.fileGroups = Set(imported.groups.map(\.name))
    }

    /// Several inventories may share `all`, so that without `prune` its variables only grow.
    var variables: [String: JSONValue] {
        guard imported.groupScope == .full else { return current.variables }
        return prune ? imported.variables : current.variables.merging(imported.variables) { $1 }
    }

    var groups: [Group] {
        imported.groups.map { group in
            guard var merged = current.groups[group.name] else { return group }
            guard imported.groupScope == .full else { return merged }
            merged.children = group.children.union(prune ? [] : merged.children.subtracting(fileGroups))
            merged.variables = group.variables
            merged.isListedUnderAll = group.isListedUnderAll
            return merged
        }
    }

    var nodes: [Node] {
        imported.nodes.map { entry in
            guard let old = current.nodes[entry.node.name] else { return entry.node }
            return merged(entry, over: old)
        }
    }

    private func merged(_ entry: ImportedNode, over old: Node) -> Node {
        let new = entry.node
        var node = old
        for field in entry.named {
            switch field {
            case .host: node.host = new.host
            case .port: node.port = new.port
            case .user: node.user = new.user
            case .jump: node.jump = new.jump
            case .groups: node.groups = new.groups.union(keptGroups(of: old))
            case .labels: node.labels = prune ? new.labels : old.labels.merging(new.labels) { $1 }
            case .variables: node.variables = new.variables
            case .location: node.location = new.location
            case .description: node.details = new.details
            case .profile: node.profile = new.profile
            case .identityFile: node.identityFile = new.identityFile
            }
        }
        return node
    }

    /// Groups that only the registry knows keep their nodes; with `prune` such groups go.
    private func keptGroups(of node: Node) -> Set<GroupName> {
        prune && imported.groupScope == .full ? [] : node.groups.subtracting(fileGroups)
    }
}
