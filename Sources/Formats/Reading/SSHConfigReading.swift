internal import FleetModel
internal import Operations

/// Nodes from an OpenSSH client configuration: every `Host` name without a wildcard, with what all blocks that match it
/// say; the first value of an option wins, as in ssh.
struct SSHConfigReading {
    private let path: String
    private let options: InventoryReadingOptions
    private var mistakes: [InventoryMistake] = []
    private var warnings: [InventoryMistake] = []
    private var nodes: [ImportedNode] = []
    private var jumps: JumpResolution

    /// - Throws: `InventoryErrors`, or what `files` throws for an `Include`.
    static func read(
        _ text: String,
        path: String,
        files: some FileTree,
        options: InventoryReadingOptions
    ) throws -> InventoryImport {
        var blocks = SSHConfigBlocks(files: files)
        try blocks.read(text, path: path)
        var reader = SSHConfigReading(path: path, options: options)
        reader.mistakes = blocks.mistakes
        reader.readNodes(SSHConfigIndex(blocks.blocks))
        reader.jumps.resolve(in: &reader.nodes)
        reader.mistakes += reader.jumps.mistakes
        guard reader.mistakes.isEmpty else { throw InventoryErrors(reader.mistakes) }
        return InventoryImport(
            nodes: reader.nodes,
            warnings: reader.warnings + reader.jumps.warnings,
            groupScope: .none
        )
    }

    private init(path: String, options: InventoryReadingOptions) {
        self.path = path
        self.options = options
        self.jumps = JumpResolution(registered: options.registered)
    }

    private mutating func readNodes(_ index: SSHConfigIndex) {
        for (alias, at) in index.aliases {
            guard let name = check(at, { () throws(UsageError) in try NodeName(alias) }) else { continue }
            readNode(name, at: at, values: index.values(for: alias))
        }
        if index.aliases.isEmpty, mistakes.isEmpty {
            let at = SourcePosition(file: path, line: 1, column: 1)
            mistakes.append(InventoryMistake("no Host without a wildcard stands in it", at: at))
        }
    }

    private mutating func readNode(_ name: NodeName, at position: SourcePosition, values: [String: SSHConfigOption]) {
        let address = values["hostname"].map { ($0.value.fillingHost(name.text), $0.at) } ?? (name.text, position)
        guard let host = check(address.1, { () throws(UsageError) in try HostAddress(address.0) }) else { return }
        var node = Node(name: name, host: host, user: options.defaultUser)
        var named: Set<NodeField> = values["hostname"] == nil ? [] : [.host]
        take(values["user"], .user, &named) { (text) throws(UsageError) in node.user = try UserName(text) }
        take(values["port"], .port, &named) { (text) throws(UsageError) in node.port = try Port(text) }
        take(values["identityfile"], .identityFile, &named) { (text) throws(UsageError) in
            node.identityFile = try OneLine(text)
        }
        nodes.append(ImportedNode(node, named: named, at: position))
        addJump(of: name, values: values)
    }

    private mutating func addJump(of name: NodeName, values: [String: SSHConfigOption]) {
        // ssh takes whichever of the two stands first.
        let given = [values["proxyjump"], values["proxycommand"]].compactMap(\.self).min { $0.order < $1.order }
        guard let given, given.value.lowercased() != "none" else { return }
        if given.key == "proxyjump" {
            let hops = JumpSpecification.list(given.value)
            if !hops.isEmpty { jumps.add(hops, of: name, at: given.at) }
        } else if let hop = JumpSpecification.proxyCommand(given.value) {
            jumps.add([hop], of: name, at: given.at)
        } else {
            let problem = "ProxyCommand “\(given.value.quotedForMessage)” of “\(name)” is no plain jump and is left out"
            warnings.append(InventoryMistake(problem, advice: "use ProxyJump", at: given.at))
        }
    }

    private mutating func take(
        _ option: SSHConfigOption?,
        _ field: NodeField,
        _ named: inout Set<NodeField>,
        _ assign: (String) throws(UsageError) -> Void
    ) {
        guard let option, check(option.at, { () throws(UsageError) in try assign(option.value) }) != nil else { return }
        named.insert(field)
    }

    private mutating func check<Value>(_ at: SourcePosition, _ body: () throws(UsageError) -> Value) -> Value? {
        do throws(UsageError) {
            return try body()
        } catch {
            let mistake = InventoryMistake(error.problem, advice: error.advice, at: at)
            // A value in a block for many hosts is one mistake, not one for each of them.
            if !mistakes.contains(mistake) { mistakes.append(mistake) }
            return nil
        }
    }
}

extension String {
    /// `%h` is the name that was asked for, `%%` a percent sign.
    fileprivate func fillingHost(_ name: String) -> String {
        var output = ""
        var rest = self[...]
        while let percent = rest.firstIndex(of: "%") {
            output += rest[..<percent]
            let tail = rest[percent...]
            if tail.hasPrefix("%h") {
                output += name
            } else if tail.hasPrefix("%%") {
                output += "%"
            } else {
                output += tail.prefix(2)
            }
            rest = tail.dropFirst(2)
        }
        return output + rest
    }
}
