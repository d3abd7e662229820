import Foundation

/// Programs whose answers ours are compared with.
enum Oracle {
    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    /// ClusterShell's `nodeset`, once for each argument.
    static func nodeset(_ options: [String], each arguments: [String]) throws -> [String] {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/nodeset") else {
            throw Missing(description: "nodeset (package clustershell) is missing: run scripts/setup")
        }
        return try arguments.map { try output(of: "/usr/bin/nodeset", options + [$0]) }
    }

    /// A script under the oracles' Python, with a file of input.
    static func python(_ script: String, input: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let venv =
            ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appendingPathComponent(".oracles").path
        let python = venv + "/bin/python"
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Missing(description: "\(python) is missing: run scripts/setup")
        }
        let file = NSTemporaryDirectory() + "flotilla-oracle-\(UUID().uuidString)"
        try Data(input.utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try output(of: python, ["-c", script, file])
    }

    private static func output(of program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Missing(description: "\(program) ended with \(process.terminationStatus): run scripts/setup")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
