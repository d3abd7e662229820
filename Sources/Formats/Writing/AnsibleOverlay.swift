internal import FleetModel
internal import Operations

/// A node's own fields in Ansible's words.
///
/// Fields and variables can differ: a node may have been changed by hand after its import, or never have come from an
/// inventory. What differs is written over the variables; what agrees stays as the inventory had it.
struct AnsibleOverlay {
    private let node: Node
    private let inventory: Inventory
    private let options: InventoryWritingOptions

    init(_ node: Node, inventory: Inventory, options: InventoryWritingOptions) {
        self.node = node
        self.inventory = inventory
        self.options = options
    }

    /// Only what the variables do not already say.
    func differing(from variables: [String: JSONValue]) -> [String: JSONValue] {
        var overlay: [String: JSONValue] = [:]
        let arguments = Self.arguments(variables)
        func set(_ keys: [String], _ value: JSONValue?, implied: String?, is text: String) {
            let found = AnsibleConnection.found(keys) { variables[$0] }
            let said = found.map { AnsibleConnection.text($0.value) { lookUp($0, variables) } } ?? implied
            if said != text, let key = found?.key ?? keys.first { overlay[key] = value }
        }
        set(AnsibleConnection.host, .string(node.host.text), implied: node.name.text, is: node.host.text)
        set(
            AnsibleConnection.port,
            .int(Int64(node.port.number)),
            implied: arguments?.port ?? "22",
            is: node.port.description
        )
        set(
            AnsibleConnection.user,
            .string(node.user.text),
            implied: arguments?.user ?? options.defaultUser?.text,
            is: node.user.text
        )
        if let file = node.identityFile?.text {
            set(Array(AnsibleConnection.identity.reversed()), .string(file), implied: arguments?.identityFile, is: file)
        }
        overlayJump(&overlay, arguments)
        overlayOwnWords(&overlay, variables)
        return overlay
    }

    private static func arguments(_ variables: [String: JSONValue]) -> SSHArguments? {
        let texts = AnsibleConnection.arguments.compactMap { variables[$0]?.string }
        return texts.isEmpty ? nil : SSHArguments(texts.joined(separator: " "))
    }

    private func lookUp(_ key: String, _ variables: [String: JSONValue]) -> JSONValue? {
        switch key {
        case "inventory_hostname": .string(node.name.text)
        case "inventory_hostname_short": .string(String(node.name.text.prefix { $0 != "." }))
        default: variables[key]
        }
    }

    private func overlayJump(_ overlay: inout [String: JSONValue], _ arguments: SSHArguments?) {
        guard let jump = node.jump.flatMap({ inventory.nodes[$0] }) else { return }
        let said = arguments?.jumps.last
        guard said?.host != jump.name.text, said?.host != jump.host.text else { return }
        overlay["ansible_ssh_common_args"] = .string("-o ProxyJump=\(chain(to: jump))")
    }

    /// `user@host:port` of every hop in the order of travel.
    private func chain(to jump: Node) -> String {
        var hops: [String] = []
        var seen: Set<NodeName> = []
        var next: Node? = jump
        while let hop = next, seen.insert(hop.name).inserted {
            hops.append("\(hop.user)@\(hop.host.joined(to: hop.port))")
            next = hop.jump.flatMap { inventory.nodes[$0] }
        }
        return hops.reversed().joined(separator: ",")
    }

    private func overlayOwnWords(_ overlay: inout [String: JSONValue], _ variables: [String: JSONValue]) {
        let words: [(String, String?)] = [
            (AnsibleConnection.location, node.location?.text), (AnsibleConnection.details, node.details?.text),
            (AnsibleConnection.profile, node.profile?.rawValue),
        ]
        for (key, text) in words {
            if let text, variables[key]?.string != text { overlay[key] = .string(text) }
        }
        guard !node.labels.isEmpty else { return }
        let labels = Dictionary(
            uniqueKeysWithValues: node.labels.map { ($0.key.text, JSONValue.string($0.value.text)) }
        )
        if variables[AnsibleConnection.labels] != .object(labels) {
            overlay[AnsibleConnection.labels] = .object(labels)
        }
    }
}
