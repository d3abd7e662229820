import FleetModel
import Foundation
import Testing

/// The real `ansible-inventory`.
enum Oracle {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static func tool(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appendingPathComponent(".oracles").path
        let path = folder + "/bin/" + name
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "\(path) is missing: run scripts/setup, or set FLOTILLA_ORACLES")
        }
        return path
    }

    /// What `ansible-inventory --list` prints, its lists of names in sorted order.
    static func list(_ inventory: String) throws -> JSONValue {
        let folder = try ScratchFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try tool("ansible-inventory"))
        process.arguments = ["-i", inventory, "--list"]
        // An empty folder, so that no ansible.cfg and no group_vars of the caller can be found.
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8", "ANSIBLE_DEPRECATION_WARNINGS": "0",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "ansible-inventory failed on \(inventory)")
        return normalized(try JSONReading.parse(Array(bytes)))
    }

    /// Ansible lists hosts and children in the order of the file, we by name: a list of names is a set here.
    static func normalized(_ listing: JSONValue) -> JSONValue {
        guard case .object(var groups) = listing else { return listing }
        for (name, group) in groups where name != "_meta" {
            guard case .object(var content) = group else { continue }
            for key in ["hosts", "children"] {
                guard case .array(let names)? = content[key] else { continue }
                content[key] = .array(names.sorted { ($0.string ?? "") < ($1.string ?? "") })
            }
            groups[name] = .object(content)
        }
        return .object(groups)
    }
}

/// A folder that goes with its owner.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/flotilla-formats-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws -> String {
        let file = path + "/" + name
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}
