package import FleetModel

/// Reads and writes other people's inventories. Pure: file contents come from a `FileTree`.
package protocol InventoryText: Sendable {
    /// Reads a file or a folder; the format is found out from its name and content.
    ///
    /// - Throws: `InventoryErrors` with every mistake, or what `files` throws.
    func read(path: String, files: some FileTree, options: InventoryReadingOptions) throws -> InventoryImport

    /// The registry as text, always ending in a line feed; equal inventories give equal text.
    func write(_ inventory: Inventory, as format: InventoryExportFormat, options: InventoryWritingOptions) -> String
}

/// Files as a reader sees them; paths are taken as they are.
package protocol FileTree {
    /// What stands at a path, links followed; nil where nothing does.
    func kind(of path: String) -> FileKind?
    /// - Throws: any `Explained`, when the file cannot be read or is larger than `limit` bytes.
    func contents(of path: String, limit: Int) throws -> [UInt8]
    /// The names in a folder, in any order.
    func entries(of folder: String) throws -> [String]
}

/// What stands at a path.
package enum FileKind: Hashable, Sendable {
    case file
    case folder
}

/// What a reader needs to know besides the files.
package struct InventoryReadingOptions: Sendable {
    /// For nodes whose file names no user.
    package var defaultUser: UserName
    /// The registry's nodes: a jump host may be one of them.
    package var registered: Inventory

    package init(defaultUser: UserName, registered: Inventory = Inventory()) {
        self.defaultUser = defaultUser
        self.registered = registered
    }
}

/// What a writer needs to know besides the registry.
package struct InventoryWritingOptions: Sendable {
    /// The user who is understood where a file names none; never written for nodes that have it by default.
    package var defaultUser: UserName?
    /// The port in Prometheus targets; the default is node_exporter's.
    package var targetPort: Port?

    package init(defaultUser: UserName? = nil, targetPort: Port? = nil) {
        self.defaultUser = defaultUser
        self.targetPort = targetPort
    }
}

/// The formats of `inventory export`; `rawValue` is the word on the command line.
package enum InventoryExportFormat: String, Hashable, Sendable, CaseIterable {
    /// What `ansible-inventory --list` prints.
    case ansibleJSON = "ansible-json"
    case ansibleYAML = "ansible-yaml"
    case sshConfig = "ssh-config"
    /// A `file_sd` JSON document.
    case prometheusSD = "prometheus-sd"
    case csv
}

/// Writes documents for `--output yaml` and `--output csv`.
package protocol DocumentText: Sendable {
    /// Block-style YAML that reads back as the same value.
    func yaml(_ value: JSONValue) -> String
    /// RFC 4180, safe against formulas.
    func csv(_ rows: [[String]]) -> String
}
