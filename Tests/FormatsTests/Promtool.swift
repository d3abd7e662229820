import FleetTesting
import Foundation

/// The real promtool: what it thinks of a file.
enum Promtool {
    private static func program() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().resolvingSymlinksInPath()
        let folder = ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appending(path: ".oracles").path
        let path = folder + "/prometheus/promtool"
        guard FileManager.default.isExecutableFile(atPath: path) else { throw FixtureError.missing(path) }
        return path
    }

    /// True where it ends with 0.
    static func accepts(_ words: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try program())
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

/// The files of rules and of their tests that stand beside the tests.
enum RuleFixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

    static func files(_ name: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []
        return names.filter { $0.hasSuffix(".yml") }.sorted().map { "\(name)/\($0)" }
    }

    static func path(_ file: String) -> String { folder + "/" + file }
}
