internal import FleetModel
internal import Operations

/// `group_vars/` and `host_vars/` beside an inventory: for each group and host the file or folder of its name.
struct AnsibleVariableFiles<Files: FileTree> {
    private let base: String
    private let files: Files
    private var read: Set<String> = []

    /// No extension first, as Ansible looks; the first that exists is the only one taken.
    private static var extensions: [String] { ["", ".yml", ".yaml", ".json"] }

    init(base: String, files: Files) {
        self.base = base
        self.files = files
    }

    mutating func read(into inventory: inout AnsibleInventory) throws {
        let groupFolder = TextPath.join(base, "group_vars")
        let groupEntries = try names(in: groupFolder)
        for group in groupEntries.isEmpty ? [] : inventory.groupOrder {
            let variables = try self.variables(of: group, in: groupFolder, having: groupEntries, into: &inventory)
            inventory.setFromFile(variables, ofGroup: group)
        }
        let hostFolder = TextPath.join(base, "host_vars")
        let hostEntries = try names(in: hostFolder)
        for host in hostEntries.isEmpty ? [] : inventory.hostOrder {
            let variables = try self.variables(of: host, in: hostFolder, having: hostEntries, into: &inventory)
            inventory.setFromFile(variables, ofHost: host)
        }
        warnOfUnused(groupEntries, in: groupFolder, noun: "group", inventory: &inventory)
        warnOfUnused(hostEntries, in: hostFolder, noun: "host", inventory: &inventory)
    }

    private func names(in folder: String) throws -> Set<String> {
        guard files.kind(of: folder) == .folder else { return [] }
        return Set(try files.entries(of: folder))
    }

    private mutating func variables(
        of name: String,
        in folder: String,
        having entries: Set<String>,
        into inventory: inout AnsibleInventory
    ) throws -> [String: SourcedValue] {
        guard let found = Self.extensions.map({ name + $0 }).first(where: entries.contains) else { return [:] }
        read.insert(found)
        let path = TextPath.join(folder, found)
        var variables: [String: SourcedValue] = [:]
        for file in files.kind(of: path) == .folder ? try varsFiles(in: path, depth: 0) : [path] {
            variables.merge(try self.variables(in: file, into: &inventory)) { $1 }
        }
        return variables
    }

    /// The files of a folder and of its folders, by name; hidden ones, backups and strange extensions are left out.
    private func varsFiles(in folder: String, depth: Int) throws -> [String] {
        guard depth < 20 else { return [] }
        return try files.entries(of: folder).sorted().flatMap { name -> [String] in
            guard !name.hasPrefix("."), !name.hasSuffix("~") else { return [] }
            let path = TextPath.join(folder, name)
            let suffix = TextPath.suffix(of: name)
            switch files.kind(of: path) {
            case .folder: return suffix.isEmpty ? try varsFiles(in: path, depth: depth + 1) : []
            case .file: return Self.extensions.contains(suffix) ? [path] : []
            case nil: return []
            }
        }
    }

    private func variables(in file: String, into inventory: inout AnsibleInventory) throws -> [String: SourcedValue] {
        let bytes = try files.contents(of: file, limit: InventoryReading.fileLimit)
        guard !bytes.starts(with: "$ANSIBLE_VAULT;".utf8) else {
            let advice = "decrypt it before the import, or encrypt single values with !vault"
            inventory.warn(
                "is encrypted with Ansible Vault: its variables are left out",
                advice: advice,
                at: start(of: file)
            )
            return [:]
        }
        do throws(YAMLFault) {
            guard let root = try YAMLDocument.root(of: bytes), !root.isNull else { return [:] }
            return try variables(of: root, in: file, into: &inventory)
        } catch {
            inventory.refuse(
                error.reason,
                at: SourcePosition(file: file, line: error.mark.line, column: error.mark.column)
            )
            return [:]
        }
    }

    private func variables(
        of root: YAMLNode,
        in file: String,
        into inventory: inout AnsibleInventory
    ) throws(YAMLFault) -> [String: SourcedValue] {
        var constructing = YAMLConstructing()
        guard let members = root.members else {
            throw YAMLFault(reason: "a file of variables is a mapping, not \(root.kindWord)", mark: root.mark)
        }
        var variables: [String: SourcedValue] = [:]
        for pair in try constructing.pairs(members) {
            let at = SourcePosition(file: file, line: pair.mark.line, column: pair.mark.column)
            variables[pair.key] = SourcedValue(try constructing.value(pair.value), at: at)
        }
        for (key, mark) in constructing.duplicates {
            let at = SourcePosition(file: file, line: mark.line, column: mark.column)
            inventory.warn("key “\(key.quotedForMessage)” stands twice; the last one counts", at: at)
        }
        return variables
    }

    private func warnOfUnused(
        _ entries: Set<String>,
        in folder: String,
        noun: String,
        inventory: inout AnsibleInventory
    ) {
        for name in entries.subtracting(read).sorted() where !name.hasPrefix(".") && !name.hasSuffix("~") {
            inventory.warn("belongs to no \(noun) of this inventory", at: start(of: TextPath.join(folder, name)))
        }
    }

    private func start(of file: String) -> SourcePosition { SourcePosition(file: file, line: 1, column: 1) }
}
