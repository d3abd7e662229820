import FleetModel
import Foundation
import Operations

/// The disk behind `FileTree`, for tests.
struct DiskFiles: FileTree {
    func kind(of path: String) -> FileKind? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        return isFolder.boolValue ? .folder : .file
    }

    func contents(of path: String, limit: Int) throws -> [UInt8] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard data.count <= limit else { throw UsageError("too_large", "\(path) is \(data.count) bytes long") }
        return Array(data)
    }

    func entries(of folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }
}

/// Files that exist only in a test: path to text.
struct MemoryFiles: FileTree {
    var texts: [String: String]

    func kind(of path: String) -> FileKind? {
        if texts[path] != nil { return .file }
        return texts.keys.contains { $0.hasPrefix(path + "/") } ? .folder : nil
    }

    func contents(of path: String, limit: Int) throws -> [UInt8] {
        guard let text = texts[path] else { throw UsageError("no_such_file", "no file \(path)") }
        return Array(text.utf8)
    }

    func entries(of folder: String) throws -> [String] {
        Array(
            Set(
                texts.keys.filter { $0.hasPrefix(folder + "/") }.compactMap {
                    $0.dropFirst(folder.count + 1).split(separator: "/").first.map(String.init)
                }
            )
        )
    }
}
