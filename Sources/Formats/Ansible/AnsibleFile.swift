internal import FleetModel
internal import Operations

/// One inventory file, or a folder of them, into one inventory.
enum AnsibleFile {
    /// Names that Ansible leaves out of a folder.
    private static let ignoredSuffixes = [
        ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry",
    ]
    private static let ignoredNames: Set<String> = ["host_vars", "group_vars", "vars_plugins"]

    /// - Throws: what `files` throws; mistakes in the text are collected in `inventory`.
    static func read(_ path: String, files: some FileTree, into inventory: inout AnsibleInventory, depth: Int = 0)
        throws
    {
        guard depth < 20 else { return }
        guard files.kind(of: path) == .folder else { return try readFile(path, files: files, into: &inventory) }
        let names = try files.entries(of: path).sorted().filter { name in
            !name.hasPrefix(".") && !ignoredNames.contains(name) && !ignoredSuffixes.contains(where: name.hasSuffix)
        }
        for name in names {
            try read(TextPath.join(path, name), files: files, into: &inventory, depth: depth + 1)
        }
        if names.isEmpty, depth == 0 {
            let at = SourcePosition(file: path, line: 1, column: 0)
            inventory.refuse("the folder holds no inventory file", at: at)
        }
    }

    private static func readFile(_ path: String, files: some FileTree, into inventory: inout AnsibleInventory) throws {
        let bytes = try files.contents(of: path, limit: InventoryReading.fileLimit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            inventory.mistakes += InventoryReading.notUTF8(bytes, path: path).mistakes
            return
        }
        switch InventoryFormat.ansibleForm(path: path, text: text) {
        case .json: readJSON(text, path: path, into: &inventory)
        case .yaml: readYAML(bytes, path: path, into: &inventory)
        case .ini: AnsibleINI.read(text, path: path, into: &inventory)
        }
    }

    static func readJSON(_ text: String, path: String, into inventory: inout AnsibleInventory) {
        do throws(JSONReadingError) {
            let document = try JSONReading.parse(text)
            if AnsibleScriptOutput.recognizes(document) {
                return AnsibleScriptOutput.read(document, path: path, into: &inventory)
            }
        } catch {
            // What is no JSON may still be YAML, of which JSON is a part; its parser gives the better message.
        }
        readYAML(Array(text.utf8), path: path, into: &inventory)
    }

    private static func readYAML(_ bytes: [UInt8], path: String, into inventory: inout AnsibleInventory) {
        do throws(YAMLFault) {
            guard let root = try YAMLDocument.root(of: bytes), !root.isNull else {
                return inventory.refuse("the inventory is empty", at: SourcePosition(file: path, line: 1, column: 1))
            }
            if root.members?.contains(where: { $0.key.stringText == "plugin" }) == true {
                let advice = "run ansible-inventory --list on it and import what it prints"
                let at = SourcePosition(file: path, line: root.mark.line, column: root.mark.column)
                return inventory.refuse("configures an inventory plugin of Ansible", advice: advice, at: at)
            }
            AnsibleYAML.read(root, path: path, into: &inventory)
        } catch {
            inventory.refuse(
                error.reason,
                at: SourcePosition(file: path, line: error.mark.line, column: error.mark.column)
            )
        }
    }
}
