internal import FleetModel
package import Operations

/// Reads inventories of every format that people have; the format is found out from name and content.
package enum InventoryReading {
    /// A single file larger than this is refused, in bytes.
    package static let fileLimit = 64 << 20

    /// The path is a file, or a folder with several inventory files, which are read in the order of their names.
    ///
    /// - Throws: `InventoryErrors` with every mistake, or what `files` throws.
    package static func read(
        path: String,
        files: some FileTree,
        options: InventoryReadingOptions
    ) throws -> InventoryImport {
        switch files.kind(of: path) {
        case nil:
            throw UsageError("no_such_file", "there is no file or folder “\(path.quotedForMessage)”")
        case .folder:
            return try readAnsible(path, base: path, files: files, options: options)
        case .file:
            let bytes = try files.contents(of: path, limit: fileLimit)
            guard let text = String(validating: bytes, as: UTF8.self) else { throw notUTF8(bytes, path: path) }
            switch InventoryFormat.detect(path: path, text: text) {
            case .ansible: return try readAnsible(path, base: TextPath.folder(of: path), files: files, options: options)
            case .table(let separator):
                return try TableReading.read(text, path: path, separator: separator, options: options)
            case .sshConfig: return try SSHConfigReading.read(text, path: path, files: files, options: options)
            case .targets: return try TargetsReading.read(text, path: path, options: options)
            case .script: throw script(path)
            }
        }
    }

    /// Reads what a dynamic inventory printed for `--list`; `name` stands for the file in messages.
    ///
    /// - Throws: `InventoryErrors`.
    package static func read(
        listOutput text: String,
        name: String,
        options: InventoryReadingOptions
    ) throws -> InventoryImport {
        var inventory = AnsibleInventory(path: name)
        AnsibleFile.readJSON(text, path: name, into: &inventory)
        return try AnsibleImporting.imported(from: inventory, options: options)
    }

    private static func readAnsible<Files: FileTree>(
        _ path: String,
        base: String,
        files: Files,
        options: InventoryReadingOptions
    ) throws -> InventoryImport {
        var inventory = AnsibleInventory(path: path)
        try AnsibleFile.read(path, files: files, into: &inventory)
        var variables = AnsibleVariableFiles(base: base, files: files)
        try variables.read(into: &inventory)
        return try AnsibleImporting.imported(from: inventory, options: options)
    }

    static func notUTF8(_ bytes: [UInt8], path: String) -> InventoryErrors {
        let line =
            bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        let at = SourcePosition(file: path, line: line + 1, column: 0)
        return InventoryErrors([InventoryMistake("is not UTF-8 text", advice: "save the file as UTF-8", at: at)])
    }

    private static func script(_ path: String) -> InventoryErrors {
        let advice = "run it and import what it prints: \(path.quotedForMessage) --list > inventory.json"
        let at = SourcePosition(file: path, line: 1, column: 1)
        return InventoryErrors([InventoryMistake("is a program, not an inventory", advice: advice, at: at)])
    }
}
