internal import FleetModel
internal import Operations

/// Hosts and groups as Ansible's own inventory object holds them while files are read into it, one after the other.
/// Names are still unchecked text; mistakes are collected, never thrown one by one.
struct AnsibleInventory {
    private(set) var groups: [String: Group] = [:]
    private(set) var groupOrder: [String] = []
    private(set) var hosts: [String: Host] = [:]
    private(set) var hostOrder: [String] = []
    var mistakes: [InventoryMistake] = []
    var warnings: [InventoryMistake] = []

    static let all = "all"
    static let hostLimit = 100_000

    struct Group {
        var at: SourcePosition
        var children: [String] = []
        var parents: [String] = []
        var variables: [String: SourcedValue] = [:]
        /// From `group_vars`; Ansible lays all of these over all of the others.
        var fileVariables: [String: SourcedValue] = [:]
    }

    struct Host {
        var at: SourcePosition
        /// The groups it was put into directly.
        var groups: Set<String> = []
        var variables: [String: SourcedValue] = [:]
        var fileVariables: [String: SourcedValue] = [:]
    }

    init(path: String) {
        let start = SourcePosition(file: path, line: 1, column: 1)
        addGroup(Self.all, at: start)
        addGroup(HostVariables.ungrouped, at: start)
        addChild(HostVariables.ungrouped, to: Self.all, at: start)
    }

    mutating func addGroup(_ name: String, at position: SourcePosition) {
        guard groups[name] == nil else { return }
        groups[name] = Group(at: position)
        groupOrder.append(name)
    }

    /// A port counts only where the host is new, as in Ansible.
    mutating func addHost(_ name: String, to group: String, port: Int?, at position: SourcePosition) {
        if hosts[name] == nil {
            guard hostOrder.count < Self.hostLimit else { return tooManyHosts(at: position) }
            hosts[name] = Host(at: position)
            hostOrder.append(name)
            if let port { hosts[name]?.variables["ansible_port"] = SourcedValue(.int(Int64(port)), at: position) }
        }
        hosts[name]?.groups.insert(group)
    }

    /// A group of that name takes the variable before a host does, as in Ansible.
    mutating func set(_ key: String, of entity: String, to value: JSONValue, at position: SourcePosition) {
        let sourced = SourcedValue(value, at: position)
        if groups[entity] != nil {
            groups[entity]?.variables[key] = sourced
        } else {
            hosts[entity]?.variables[key] = sourced
        }
    }

    mutating func setFromFile(_ variables: [String: SourcedValue], ofGroup name: String) {
        groups[name]?.fileVariables.merge(variables) { $1 }
    }

    mutating func setFromFile(_ variables: [String: SourcedValue], ofHost name: String) {
        hosts[name]?.fileVariables.merge(variables) { $1 }
    }

    mutating func addChild(_ child: String, to parent: String, at position: SourcePosition) {
        guard groups[child] != nil else {
            if hosts[child] != nil { hosts[child]?.groups.insert(parent) }
            return
        }
        guard child != parent, !ancestors(of: parent).contains(child) else {
            return refuse("group “\(child.quotedForMessage)” would be inside itself", at: position)
        }
        guard groups[parent]?.children.contains(child) == false else { return }
        groups[parent]?.children.append(child)
        groups[child]?.parents.append(parent)
    }

    mutating func refuse(_ problem: String, advice: String? = nil, at position: SourcePosition?) {
        mistakes.append(InventoryMistake(problem, advice: advice, at: position))
    }

    mutating func warn(_ problem: String, advice: String? = nil, at position: SourcePosition?) {
        warnings.append(InventoryMistake(problem, advice: advice, at: position))
    }

    func ancestors(of group: String) -> Set<String> {
        var found: Set<String> = []
        var frontier = [group]
        while let next = frontier.popLast() {
            for parent in groups[next]?.parents ?? [] where found.insert(parent).inserted { frontier.append(parent) }
        }
        return found
    }

    private mutating func tooManyHosts(at position: SourcePosition) {
        let problem = "more than \(Self.hostLimit) hosts"
        guard mistakes.last?.problem != problem else { return }
        refuse(problem, advice: "check the ranges, or split the inventory", at: position)
    }
}

/// A variable's value and where it stands.
struct SourcedValue {
    var value: JSONValue
    var at: SourcePosition

    init(_ value: JSONValue, at position: SourcePosition) {
        self.value = value
        self.at = position
    }
}
