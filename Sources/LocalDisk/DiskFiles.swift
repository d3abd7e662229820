import FleetModel
import Foundation
package import Operations

/// The disk as the readers of inventories see it.
package struct DiskFiles: FileTree {
    package init() {}

    package func kind(of path: String) -> FileKind? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        return isFolder.boolValue ? .folder : .file
    }

    package func contents(of path: String, limit: Int) throws -> [UInt8] {
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw UsageError("file_too_large", "\(path) is larger than \(limit >> 20) MiB")
            }
            return Array(data)
        } catch let error as UsageError {
            throw error
        } catch {
            throw UsageError("unreadable_file", "cannot read \(path): \(DiskTrouble.text(of: error))")
        }
    }

    package func entries(of folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw UsageError("unreadable_file", "cannot read \(folder): \(DiskTrouble.text(of: error))")
        }
    }
}
