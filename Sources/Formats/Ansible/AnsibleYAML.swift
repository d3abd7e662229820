internal import FleetModel
internal import Operations

/// The YAML inventory, read as Ansible's `yaml` plugin reads it: groups at the top, each with `hosts`, `vars`, `children`.
struct AnsibleYAML {
    private let path: String
    private var constructing = YAMLConstructing()

    static func read(_ root: YAMLNode, path: String, into inventory: inout AnsibleInventory) {
        var reader = AnsibleYAML(path: path)
        for (name, node) in reader.entries(of: root, what: "the inventory", in: &inventory) {
            reader.readGroup(name, node, into: &inventory, depth: 0)
        }
        reader.warnOfDuplicates(in: &inventory)
    }

    private init(path: String) {
        self.path = path
    }

    private struct Entry {
        var text: String
        var at: SourcePosition
    }

    /// The members of a mapping with the places of their keys; a string stands for itself with nothing.
    private mutating func entries(
        of node: YAMLNode,
        what: String,
        in inventory: inout AnsibleInventory
    ) -> [(Entry, YAMLNode?)] {
        if node.isNull { return [] }
        if let text = node.stringText { return [(Entry(text: text, at: position(node.mark)), nil)] }
        guard let members = node.members else {
            inventory.refuse("\(what) must be a mapping, not \(node.kindWord)", at: position(node.mark))
            return []
        }
        do throws(YAMLFault) {
            return try constructing.pairs(members).map { (Entry(text: $0.key, at: position($0.mark)), $0.value) }
        } catch {
            inventory.refuse(error.reason, at: position(error.mark))
            return []
        }
    }

    private mutating func readGroup(
        _ name: Entry,
        _ node: YAMLNode?,
        into inventory: inout AnsibleInventory,
        depth: Int
    ) {
        guard depth == 0 || name.text != AnsibleInventory.all else {
            return inventory.refuse("group “all” cannot be inside another group", at: name.at)
        }
        guard node.map({ $0.members != nil || $0.isNull }) != false else {
            let advice = "a group is a mapping with hosts, vars and children"
            let problem = "group “\(name.text.quotedForMessage)” is \(node?.kindWord ?? "nothing"), not a mapping"
            return inventory.refuse(problem, advice: advice, at: name.at)
        }
        inventory.addGroup(name.text, at: name.at)
        guard let node, !node.isNull else { return }
        for (section, content) in entries(of: node, what: "group “\(name.text.quotedForMessage)”", in: &inventory) {
            readSection(section, content, of: name.text, into: &inventory, depth: depth)
        }
    }

    private mutating func readSection(
        _ section: Entry,
        _ node: YAMLNode?,
        of group: String,
        into inventory: inout AnsibleInventory,
        depth: Int
    ) {
        guard let node, !node.isNull else { return }
        let what = "“\(section.text.quotedForMessage)” of group “\(group.quotedForMessage)”"
        switch section.text {
        case "vars":
            for (key, value) in entries(of: node, what: what, in: &inventory) {
                set(key, of: group, to: value, in: &inventory)
            }
        case "children":
            for (child, content) in entries(of: node, what: what, in: &inventory) {
                readGroup(child, content, into: &inventory, depth: depth + 1)
                inventory.addChild(child.text, to: group, at: child.at)
            }
        case "hosts":
            for (host, content) in entries(of: node, what: what, in: &inventory) {
                readHosts(host, content, group: group, into: &inventory)
            }
        default:
            inventory.warn("\(what) is left out", advice: "a group has hosts, vars and children", at: section.at)
        }
    }

    private mutating func readHosts(
        _ host: Entry,
        _ node: YAMLNode?,
        group: String,
        into inventory: inout AnsibleInventory
    ) {
        let names: AnsibleHostPattern
        do throws(AnsibleHostPattern.Fault) {
            names = try AnsibleHostPattern(host.text)
        } catch {
            return inventory.refuse(error.reason, at: host.at)
        }
        guard node.map({ $0.members != nil || $0.isNull }) != false else {
            let advice = "write the host's variables below it, each as key: value"
            let problem = "host “\(host.text.quotedForMessage)” is \(node?.kindWord ?? "nothing"), not a mapping"
            return inventory.refuse(problem, advice: advice, at: host.at)
        }
        let variables = node.map { entries(of: $0, what: "host “\(host.text.quotedForMessage)”", in: &inventory) } ?? []
        let values = variables.map { ($0, value($1, in: &inventory)) }
        for name in names.names {
            inventory.addHost(name, to: group, port: names.port, at: host.at)
            for (key, value) in values { inventory.set(key.text, of: name, to: value, at: key.at) }
        }
    }

    private mutating func set(_ key: Entry, of entity: String, to node: YAMLNode?, in inventory: inout AnsibleInventory)
    {
        inventory.set(key.text, of: entity, to: value(node, in: &inventory), at: key.at)
    }

    private mutating func value(_ node: YAMLNode?, in inventory: inout AnsibleInventory) -> JSONValue {
        guard let node else { return .null }
        do throws(YAMLFault) {
            return try constructing.value(node)
        } catch {
            inventory.refuse(error.reason, at: position(error.mark))
            return .null
        }
    }

    private func warnOfDuplicates(in inventory: inout AnsibleInventory) {
        for (key, mark) in constructing.duplicates {
            let problem = "key “\(key.quotedForMessage)” stands twice; the last one counts"
            inventory.warn(problem, at: position(mark))
        }
    }

    private func position(_ mark: YAMLMark) -> SourcePosition {
        SourcePosition(file: path, line: mark.line, column: mark.column)
    }
}
