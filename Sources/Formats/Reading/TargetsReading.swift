internal import FleetModel
internal import Operations

/// Nodes from Prometheus' file service discovery: a list of `targets` with `labels`, in JSON or YAML.
///
/// A target's port is that of its metrics, never of SSH. Labels that begin with `__` are not kept; of those, the
/// `__meta_flotilla_…` ones of our own export give back the node's fields.
struct TargetsReading {
    private let path: String
    private let options: InventoryReadingOptions
    private var nodes: [ImportedNode] = []
    private var places: [NodeName: Int] = [:]
    private var groups: Set<GroupName> = []
    private var jumps: JumpResolution
    private var mistakes: [InventoryMistake] = []

    /// - Throws: `InventoryErrors`.
    static func read(
        _ text: String,
        path: String,
        options: InventoryReadingOptions
    ) throws(InventoryErrors) -> InventoryImport {
        var reader = TargetsReading(path: path, options: options)
        do throws(YAMLFault) {
            try reader.read(Array(text.utf8))
        } catch {
            reader.refuse(error.reason, at: error.mark)
        }
        reader.jumps.resolve(in: &reader.nodes)
        reader.mistakes += reader.jumps.mistakes
        guard reader.mistakes.isEmpty else { throw InventoryErrors(reader.mistakes) }
        return InventoryImport(
            nodes: reader.nodes,
            groups: reader.groups.sorted().map(Group.init(name:)),
            warnings: reader.jumps.warnings,
            groupScope: reader.groups.isEmpty ? .none : .membership
        )
    }

    private init(path: String, options: InventoryReadingOptions) {
        self.path = path
        self.options = options
        self.jumps = JumpResolution(registered: options.registered)
    }

    private mutating func read(_ bytes: [UInt8]) throws(YAMLFault) {
        guard let root = try YAMLDocument.root(of: bytes), case .sequence(let entries) = root.content else {
            throw YAMLFault(reason: "expected a list of targets and labels", mark: YAMLMark(line: 1, column: 1))
        }
        for entry in entries { try readEntry(entry) }
    }

    private mutating func readEntry(_ entry: YAMLNode) throws(YAMLFault) {
        var constructing = YAMLConstructing()
        guard let members = entry.members else {
            throw YAMLFault(reason: "expected targets and labels, not \(entry.kindWord)", mark: entry.mark)
        }
        var targets: [YAMLNode] = []
        var labels: [String: (text: String, mark: YAMLMark)] = [:]
        for pair in try constructing.pairs(members) {
            switch (pair.key, pair.value.content) {
            case ("targets", .sequence(let nodes)): targets = nodes
            case ("labels", .mapping(let members)):
                for label in try constructing.pairs(members) {
                    guard case .scalar(let text, _) = label.value.content else {
                        throw YAMLFault(reason: "the value of a label is text", mark: label.value.mark)
                    }
                    labels[label.key] = (text, label.mark)
                }
            case ("labels", .scalar) where pair.value.isNull: break
            default: throw YAMLFault(reason: "an entry has a list of targets and a mapping of labels", mark: pair.mark)
            }
        }
        for target in targets { readTarget(target, labels) }
    }

    private mutating func readTarget(_ target: YAMLNode, _ labels: [String: (text: String, mark: YAMLMark)]) {
        guard case .scalar(let text, _) = target.content else {
            return refuse("a target is host:port", at: target.mark)
        }
        let address = JumpSpecification(text).host
        let own = { (key: String) in labels[TargetLabels.prefix + key] }
        let nameText = own("node") ?? labels["node"] ?? (address, target.mark)
        guard let name = check(nameText.mark, { () throws(UsageError) in try NodeName(nameText.text) }),
            let host = check(target.mark, { () throws(UsageError) in try HostAddress(own("host")?.text ?? address) })
        else { return }
        var imported = ImportedNode(
            Node(name: name, host: host, user: options.defaultUser),
            named: [.host, .labels],
            at: position(target.mark)
        )
        for (key, label) in labels.sorted(by: { $0.key < $1.key }) { set(key, label, of: &imported) }
        if let index = places[name] {
            // The same machine with another port of metrics.
            nodes[index].node.labels.merge(imported.node.labels) { first, _ in first }
        } else {
            places[name] = nodes.count
            nodes.append(imported)
        }
    }

    private mutating func set(_ key: String, _ label: (text: String, mark: YAMLMark), of imported: inout ImportedNode) {
        var node = imported.node
        guard key.hasPrefix(TargetLabels.prefix),
            let column = try? TableColumn(String(key.dropFirst(TargetLabels.prefix.count)))
        else {
            guard !key.hasPrefix("__"), key != "node" else { return }
            check(label.mark) { () throws(UsageError) in node.labels[try LabelKey(key)] = try OneLine(label.text) }
            imported.node = node
            return
        }
        switch column {
        case .name, .host, .label: return
        case .jump: jumps.add([JumpSpecification(label.text)], of: node.name, at: position(label.mark))
        case .groups:
            for word in label.text.split(separator: ",") {
                guard let group = check(label.mark, { () throws(UsageError) in try GroupName(String(word)) }) else {
                    continue
                }
                groups.insert(group)
                node.groups.insert(group)
            }
        case .user, .port, .location, .description, .profile, .identityFile:
            check(label.mark) { () throws(UsageError) in try column.assign(label.text, to: &node) }
        }
        imported.node = node
        if let field = column.field, field != .jump { imported.named.insert(field) }
    }

    @discardableResult
    private mutating func check<Value>(_ mark: YAMLMark, _ body: () throws(UsageError) -> Value) -> Value? {
        do throws(UsageError) {
            return try body()
        } catch {
            refuse(error.problem, advice: error.advice, at: mark)
            return nil
        }
    }

    private mutating func refuse(_ problem: String, advice: String? = nil, at mark: YAMLMark) {
        let mistake = InventoryMistake(problem, advice: advice, at: position(mark))
        if !mistakes.contains(mistake) { mistakes.append(mistake) }
    }

    private func position(_ mark: YAMLMark) -> SourcePosition {
        SourcePosition(file: path, line: mark.line, column: mark.column)
    }
}

/// The labels of our own export.
enum TargetLabels {
    static let prefix = "__meta_flotilla_"
}
