import FleetModel
import Foundation
import Operations

@testable import Formats

/// One inventory of the collection, which our reader and Ansible's both read.
struct InventoryCase: CustomStringConvertible {
    let description: String
    /// What we read.
    let path: String
    /// What the oracle reads: the same, or the program that prints it.
    let oraclePath: String

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

    static let all: [InventoryCase] = {
        let root = folder + "/Inventories"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return names.sorted().compactMap { name in
            let files = ["inventory", "hosts.yml", "hosts.ini", "hosts.json", "hosts"].map { "\(root)/\(name)/\($0)" }
            guard let path = files.first(where: FileManager.default.fileExists) else { return nil }
            let script = "\(root)/\(name)/list.sh"
            let oracle = FileManager.default.fileExists(atPath: script) ? script : path
            return InventoryCase(description: name, path: path, oraclePath: oracle)
        }
    }()

    static var options: InventoryReadingOptions {
        get throws { InventoryReadingOptions(defaultUser: try UserName("nobody")) }
    }

    static var writing: InventoryWritingOptions {
        get throws { InventoryWritingOptions(defaultUser: try UserName("nobody")) }
    }

    func read() throws -> InventoryImport {
        try InventoryReading.read(path: path, files: DiskFiles(), options: Self.options)
    }

    /// Reads one text under a name of its own.
    static func read(_ text: String, as name: String) throws -> InventoryImport {
        try InventoryReading.read(path: name, files: MemoryFiles(texts: [name: text]), options: options)
    }
}
