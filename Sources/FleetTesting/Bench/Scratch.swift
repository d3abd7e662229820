import Foundation

/// Files of tests: plain, whole, at absolute paths.
package enum Scratch {
    package static func write(_ text: String, to path: String, mode: UInt16 = 0o600) throws {
        try write(bytes: Array(text.utf8), to: path, mode: mode)
    }

    package static func write(bytes: [UInt8], to path: String, mode: UInt16 = 0o600) throws {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: NSNumber(value: mode)]
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: attributes) else {
            throw FixtureError("cannot write \(path)")
        }
    }

    package static func read(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }

    package static func text(_ path: String) throws -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    package static func folder(_ path: String, mode: UInt16 = 0o700) throws {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: NSNumber(value: mode)]
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: attributes
        )
    }

    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Removes a tree; a tree that is not there is fine.
    package static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
