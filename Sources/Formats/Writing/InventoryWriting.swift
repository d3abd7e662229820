package import FleetModel
package import Operations

/// Writes the registry in the formats that other tools read. Equal inventories give equal text.
package enum InventoryWriting {
    package static func write(
        _ inventory: Inventory,
        as format: InventoryExportFormat,
        options: InventoryWritingOptions = .init()
    ) -> String {
        switch format {
        case .ansibleJSON: PythonText.document(AnsibleListing(inventory, options: options).document)
        case .ansibleYAML: YAMLWriting.text(AnsibleTree(inventory, options: options).document)
        case .sshConfig: SSHConfigWriting.text(inventory)
        case .prometheusSD: TargetsWriting.text(inventory, options: options)
        case .csv: InventoryTable.text(inventory)
        }
    }
}

/// The formats behind the port.
package struct Formats: InventoryText, DocumentText {
    package init() {}

    package func read(
        path: String,
        files: some FileTree,
        options: InventoryReadingOptions
    ) throws -> InventoryImport {
        try InventoryReading.read(path: path, files: files, options: options)
    }

    package func write(
        _ inventory: Inventory,
        as format: InventoryExportFormat,
        options: InventoryWritingOptions
    ) -> String {
        InventoryWriting.write(inventory, as: format, options: options)
    }

    package func yaml(_ value: JSONValue) -> String { YAMLWriting.text(value) }

    package func csv(_ rows: [[String]]) -> String { CSVWriting.text(rows) }
}
