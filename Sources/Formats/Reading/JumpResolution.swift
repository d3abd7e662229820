internal import FleetModel
internal import Operations

/// Jump hosts by the words of files, found among the nodes of the import and of the registry.
struct JumpResolution {
    private let registered: Inventory
    private var wanted: [(node: NodeName, hops: [JumpSpecification], at: SourcePosition)] = []
    private(set) var mistakes: [InventoryMistake] = []
    private(set) var warnings: [InventoryMistake] = []
    private var byName: [String: Int] = [:]
    private var byHost: [String: [Int]] = [:]
    private var registeredByHost: [String: [Node]] = [:]

    init(registered: Inventory) {
        self.registered = registered
    }

    /// The hops are in the order of travel; never empty.
    mutating func add(_ hops: [JumpSpecification], of node: NodeName, at position: SourcePosition) {
        wanted.append((node, hops, position))
    }

    mutating func resolve(in nodes: inout [ImportedNode]) {
        guard !wanted.isEmpty else { return }
        for (index, imported) in nodes.enumerated() {
            byName[imported.node.name.text] = index
            byHost[imported.node.host.text, default: []].append(index)
        }
        registeredByHost = Dictionary(grouping: registered.nodes.values.sorted { $0.name < $1.name }, by: \.host.text)
        for (node, hops, at) in wanted {
            var way = hops.compactMap { name(of: $0, for: node, at: at, in: nodes) }
            guard way.count == hops.count else { continue }
            // A jump that is set for a whole group is set for the jump host as well, which is where the way begins.
            if let own = way.firstIndex(of: node) { way.removeSubrange(own...) }
            set(way, of: node, at: at, in: &nodes)
        }
        refuseCircles(in: nodes)
    }

    private mutating func set(
        _ way: [NodeName],
        of node: NodeName,
        at position: SourcePosition,
        in nodes: inout [ImportedNode]
    ) {
        for (traveller, jump) in zip(way.dropFirst() + [node], way) {
            guard let index = byName[traveller.text] else { continue }
            if let other = nodes[index].node.jump, other != jump, traveller != node {
                let problem = "“\(traveller)” is reached through “\(other)” elsewhere and through “\(jump)” here"
                warnings.append(InventoryMistake(problem, at: position))
            } else {
                nodes[index].node.jump = jump
                nodes[index].named.insert(.jump)
            }
        }
    }

    private mutating func name(
        of hop: JumpSpecification,
        for node: NodeName,
        at position: SourcePosition,
        in nodes: [ImportedNode]
    ) -> NodeName? {
        if let index = byName[hop.host] { return nodes[index].node.name }
        let imported = (byHost[hop.host] ?? []).map { nodes[$0].node }
        if let found = imported.first(where: hop.fits) ?? imported.first { return found.name }
        if let name = try? NodeName(hop.host), registered.nodes[name] != nil { return name }
        let known = registeredByHost[hop.host] ?? []
        if let found = known.first(where: hop.fits) ?? known.first { return found.name }
        let name = hop.host.quotedForMessage
        let user = hop.user?.quotedForMessage ?? "USER"
        let advice =
            "a jump host is a node too: add it to the file, or first run: flotilla register NAME \(name) \(user)"
        let problem = "jump host “\(name)” of “\(node)” is no node of this inventory or of the registry"
        mistakes.append(InventoryMistake(problem, advice: advice, at: position))
        return nil
    }

    private mutating func refuseCircles(in nodes: [ImportedNode]) {
        for (node, _, at) in wanted {
            var seen: Set<NodeName> = [node]
            var current = node
            while let index = byName[current.text], let jump = nodes[index].node.jump {
                guard seen.insert(jump).inserted else {
                    mistakes.append(InventoryMistake("the jump hosts of “\(node)” go in a circle", at: at))
                    break
                }
                current = jump
            }
        }
    }
}

extension JumpSpecification {
    /// True when nothing that was said contradicts the node.
    fileprivate func fits(_ node: Node) -> Bool {
        (port.map { $0 == node.port.description } ?? true) && (user.map { $0 == node.user.text } ?? true)
    }
}
