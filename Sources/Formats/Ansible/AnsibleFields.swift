internal import FleetModel
internal import Operations

/// The fields of one node from its variables: where it is, who logs in, by which key, over which jump.
struct AnsibleFields {
    private let variables: HostVariables
    private(set) var mistakes: [InventoryMistake] = []
    private(set) var warnings: [InventoryMistake] = []
    private(set) var jumps: [JumpSpecification] = []
    private(set) var jumpsAt: SourcePosition
    private let source: AnsibleInventory
    private var node: Node
    private var named: Set<NodeField>
    private let at: SourcePosition

    init(of imported: ImportedNode, in source: AnsibleInventory, variables: HostVariables) {
        self.source = source
        self.variables = variables
        self.node = imported.node
        self.named = imported.named
        self.at = imported.at
        self.jumpsAt = imported.at
    }

    mutating func fill(_ imported: inout ImportedNode) {
        fillAddress()
        fillArguments()
        take(AnsibleConnection.port, .port) { (fields, text) throws(UsageError) in fields.node.port = try Port(text) }
        take(AnsibleConnection.user, .user) { (fields, text) throws(UsageError) in fields.node.user = try UserName(text)
        }
        take(AnsibleConnection.identity, .identityFile) { (fields, text) throws(UsageError) in
            fields.node.identityFile = try OneLine(text)
        }
        fillOwnWords()
        warnOfConnection()
        imported.node = node
        imported.named = named
    }

    private mutating func fillAddress() {
        take(AnsibleConnection.host, .host) { (fields, text) throws(UsageError) in
            fields.node.host = try HostAddress(text)
        }
        guard !named.contains(.host), node.host.text != node.name.text, mistakes.isEmpty else { return }
        let advice = "give it an address: ansible_host: ADDRESS"
        refuse("“\(node.name)” is a name, but no address that can be reached", advice: advice, at: at)
    }

    private mutating func fillArguments() {
        for key in AnsibleConnection.arguments {
            guard let value = lookUp(key), value != .null else { continue }
            guard let text = AnsibleConnection.text(value, templateValue) else {
                warn("\(key) of “\(node.name)” is a template; a jump host in it is not seen", at: position(of: key))
                continue
            }
            let arguments = SSHArguments(text)
            if !arguments.jumps.isEmpty {
                jumps = arguments.jumps
                jumpsAt = position(of: key)
            }
            if let strange = arguments.strangeProxy {
                let advice = "name the jump host with -J, or register the node with --jump"
                let problem = "ProxyCommand “\(strange.quotedForMessage)” of “\(node.name)” is no plain jump"
                warn(problem, advice: advice, at: position(of: key))
            }
            set(arguments.port, .port, key) { (fields, text) throws(UsageError) in fields.node.port = try Port(text) }
            set(arguments.user, .user, key) { (fields, text) throws(UsageError) in fields.node.user = try UserName(text)
            }
            set(arguments.identityFile, .identityFile, key) { (fields, text) throws(UsageError) in
                fields.node.identityFile = try OneLine(text)
            }
        }
    }

    private mutating func fillOwnWords() {
        take([AnsibleConnection.location], .location) { (fields, text) throws(UsageError) in
            fields.node.location = try OneLine(text)
        }
        take([AnsibleConnection.details], .description) { (fields, text) throws(UsageError) in
            fields.node.details = try OneLine(text)
        }
        take([AnsibleConnection.profile], .profile) { (fields, text) throws(UsageError) in
            fields.node.profile = try Node.Profile(checked: text)
        }
        guard let labels = lookUp(AnsibleConnection.labels)?.object else { return }
        named.insert(.labels)
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            attempt(AnsibleConnection.labels) { (fields) throws(UsageError) in
                fields.node.labels[try LabelKey(key)] = try OneLine(value.scalarText ?? "")
            }
        }
    }

    private mutating func warnOfConnection() {
        guard let value = lookUp(AnsibleConnection.connection)?.string else { return }
        let kind = value.split(separator: ".").last.map(String.init) ?? value
        guard !["ssh", "smart", "paramiko", "paramiko_ssh"].contains(kind) else { return }
        let problem = "“\(node.name)” has ansible_connection=\(value.quotedForMessage); here it is reached over SSH"
        warn(problem, at: position(of: AnsibleConnection.connection))
    }

    /// The last of `keys` that the node has, as text, into the node.
    private mutating func take(
        _ keys: [String],
        _ field: NodeField,
        _ assign: (inout AnsibleFields, String) throws(UsageError) -> Void
    ) {
        guard let found = AnsibleConnection.found(keys, { lookUp($0) }) else { return }
        guard let text = AnsibleConnection.text(found.value, templateValue) else {
            let advice = "an import fills in plain variables only: write the value out"
            let problem = "\(found.key) of “\(node.name)” cannot be worked out"
            return refuse(problem, advice: advice, at: position(of: found.key))
        }
        set(text, field, found.key, assign)
    }

    private mutating func set(
        _ text: String?,
        _ field: NodeField,
        _ key: String,
        _ assign: (inout AnsibleFields, String) throws(UsageError) -> Void
    ) {
        guard let text else { return }
        attempt(key) { (fields) throws(UsageError) in
            try assign(&fields, text)
            fields.named.insert(field)
        }
    }

    private mutating func attempt(_ key: String, _ body: (inout AnsibleFields) throws(UsageError) -> Void) {
        do throws(UsageError) {
            try body(&self)
        } catch {
            refuse("\(key) of “\(node.name)”: \(error.problem)", advice: error.advice, at: position(of: key))
        }
    }

    private func lookUp(_ key: String) -> JSONValue? { variables.value(key, of: node) }

    /// What a simple template may ask for.
    private func templateValue(_ key: String) -> JSONValue? {
        switch key {
        case "inventory_hostname": return .string(node.name.text)
        case "inventory_hostname_short": return .string(String(node.name.text.prefix { $0 != "." }))
        default: return lookUp(key)
        }
    }

    private func position(of key: String) -> SourcePosition {
        if let host = source.hosts[node.name.text], let found = host.fileVariables[key] ?? host.variables[key] {
            return found.at
        }
        let groups = variables.groups(of: node).map(\.text).reversed() + [AnsibleInventory.all]
        for group in groups {
            if let found = source.groups[group]?.fileVariables[key] ?? source.groups[group]?.variables[key] {
                return found.at
            }
        }
        return at
    }

    private mutating func refuse(_ problem: String, advice: String? = nil, at position: SourcePosition) {
        mistakes.append(InventoryMistake(problem, advice: advice, at: position))
    }

    private mutating func warn(_ problem: String, advice: String? = nil, at position: SourcePosition) {
        warnings.append(InventoryMistake(problem, advice: advice, at: position))
    }
}

extension Node.Profile {
    /// - Throws: `UsageError` that lists the profiles there are.
    init(checked text: String) throws(UsageError) {
        guard let profile = Self(rawValue: text) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError(
                "bad_profile",
                "no profile “\(text.quotedForMessage)”",
                advice: "the profiles are \(known)"
            )
        }
        self = profile
    }
}
