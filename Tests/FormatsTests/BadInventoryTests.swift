import FleetModel
import Foundation
import Operations
import Testing

@testable import Formats

/// Each bad file has the expected text of its error beside it, in `NAME.expected`.
@Suite struct BadInventoryTests {
    static let folder = InventoryCase.folder + "/BadInventories"

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        .filter { !$0.hasSuffix(".expected") }

    @Test func `the collection has not shrunk`() {
        #expect(Self.files.count >= 27)
    }

    @Test(.timeLimit(.minutes(15)), arguments: files)
    func `a bad inventory is refused whole, with every mistake and its place`(name: String) throws {
        let path = Self.folder + "/" + name
        let bytes = try DiskFiles().contents(of: path, limit: 1 << 20)
        let files = BytesOfOneFile(name: name, bytes: bytes)
        let error = try #require(
            #expect(throws: InventoryErrors.self) {
                try InventoryReading.read(path: name, files: files, options: InventoryCase.options)
            }
        )
        let text = error.problem + "\n" + (error.advice.map { "advice:\n\($0)\n" } ?? "")
        if ProcessInfo.processInfo.environment["FLOTILLA_RECORD"] != nil {
            try text.write(toFile: path + ".expected", atomically: true, encoding: .utf8)
        }
        #expect(text == (try? String(contentsOfFile: path + ".expected", encoding: .utf8)))
        #expect(error.code == "usage.bad_inventory")
    }
}

/// A single file, whatever its bytes are.
struct BytesOfOneFile: FileTree {
    let name: String
    let bytes: [UInt8]

    func kind(of path: String) -> FileKind? { path == name ? .file : nil }
    func contents(of path: String, limit: Int) throws -> [UInt8] { bytes }
    func entries(of folder: String) throws -> [String] { [] }
}
