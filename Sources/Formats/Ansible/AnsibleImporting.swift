internal import FleetModel
internal import Operations

/// From Ansible's view of an inventory to checked values of our own.
struct AnsibleImporting {
    private let source: AnsibleInventory
    private let options: InventoryReadingOptions
    private var mistakes: [InventoryMistake]
    private var warnings: [InventoryMistake]
    private var groupNames: [String: GroupName] = [:]
    private var nodeNames: [String: NodeName] = [:]

    /// - Throws: `InventoryErrors` with everything that is wrong, reading mistakes included.
    static func imported(
        from source: AnsibleInventory,
        options: InventoryReadingOptions
    ) throws(InventoryErrors) -> InventoryImport {
        var importing = AnsibleImporting(source: source, options: options)
        return try importing.imported()
    }

    private init(source: AnsibleInventory, options: InventoryReadingOptions) {
        self.source = source
        self.options = options
        self.mistakes = source.mistakes
        self.warnings = source.warnings
    }

    private mutating func imported() throws(InventoryErrors) -> InventoryImport {
        checkNames()
        var groups = source.groupOrder.compactMap { groupNames[$0] }.map(group)
        groups.removeAll { $0.name.text == HostVariables.ungrouped && $0.variables.isEmpty && $0.children.isEmpty }
        let all = source.groups[AnsibleInventory.all]
        var result = InventoryImport(
            nodes: source.hostOrder.compactMap { nodeNames[$0] }.compactMap(bareNode),
            groups: groups,
            variables: Self.merged(all?.variables ?? [:], all?.fileVariables ?? [:])
        )
        result.variables[HostVariables.priorityKey] = nil
        AnsibleLayering(source: source).correct(&result)
        connect(&result)
        result.warnings = warnings
        guard mistakes.isEmpty else { throw InventoryErrors(mistakes) }
        return result
    }

    private mutating func checkNames() {
        for name in source.groupOrder where name != AnsibleInventory.all {
            guard let at = source.groups[name]?.at else { continue }
            groupNames[name] = collect(at) { () throws(UsageError) in try GroupName(name) }
        }
        for name in source.hostOrder {
            guard let at = source.hosts[name]?.at else { continue }
            nodeNames[name] = collect(at) { () throws(UsageError) in try NodeName(name) }
        }
    }

    private mutating func collect<Value>(
        _ position: SourcePosition,
        _ body: () throws(UsageError) -> Value
    ) -> Value? {
        do throws(UsageError) {
            return try body()
        } catch {
            let isAddress = error.code == "usage.bad_node_name" && error.problem.contains("U+003A")
            let advice = isAddress ? "give the address a name: NAME with ansible_host: ADDRESS" : error.advice
            mistakes.append(InventoryMistake(error.problem, advice: advice, at: position))
            return nil
        }
    }

    private func group(_ name: GroupName) -> Group {
        var group = Group(name: name)
        guard let read = source.groups[name.text] else { return group }
        group.children = Set(read.children.compactMap { groupNames[$0] })
        group.variables = Self.merged(read.variables, read.fileVariables)
        // Ansible knows a priority only where it stands in the inventory itself.
        group.variables[HostVariables.priorityKey] = read.variables[HostVariables.priorityKey]?.value
        let isImplicit = name.text == HostVariables.ungrouped
        group.isListedUnderAll = !isImplicit && read.parents.count > 1 && read.parents.contains(AnsibleInventory.all)
        return group
    }

    private func bareNode(_ name: NodeName) -> ImportedNode? {
        guard let read = source.hosts[name.text] else { return nil }
        // A name that is no host name (“web_-1”) needs an address of its own; until then it stands on a harmless one.
        guard let host = (try? HostAddress(name.text)) ?? (try? HostAddress("0.0.0.0")) else { return nil }
        var node = Node(name: name, host: host, user: options.defaultUser)
        node.groups = Set(read.groups.filter { $0 != HostVariables.ungrouped }.compactMap { groupNames[$0] })
        node.variables = Self.merged(read.variables, read.fileVariables)
        return ImportedNode(node, named: [.groups, .variables], at: read.at)
    }

    private mutating func connect(_ result: inout InventoryImport) {
        let variables = HostVariables(result.inventory)
        var jumps = JumpResolution(registered: options.registered)
        for index in result.nodes.indices {
            var fields = AnsibleFields(of: result.nodes[index], in: source, variables: variables)
            fields.fill(&result.nodes[index])
            mistakes += fields.mistakes
            warnings += fields.warnings
            if !fields.jumps.isEmpty { jumps.add(fields.jumps, of: result.nodes[index].node.name, at: fields.jumpsAt) }
        }
        jumps.resolve(in: &result.nodes)
        mistakes += jumps.mistakes
        warnings += jumps.warnings
    }

    private static func merged(
        _ own: [String: SourcedValue],
        _ files: [String: SourcedValue]
    ) -> [String: JSONValue] {
        own.mapValues(\.value).merging(files.mapValues(\.value)) { $1 }
    }
}
