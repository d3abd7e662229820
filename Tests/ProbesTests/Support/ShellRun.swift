import Foundation
import Glibc
import Testing

@testable import Probes

/// The shells that nodes have.
enum Shell: String, CaseIterable, Sendable {
    case dash
    case bash
    case ash

    /// The words that start it.
    func words() throws -> [String] {
        switch self {
        case .dash: [try Tool.path("dash")]
        case .bash: [try Tool.path("bash")]
        case .ash: [try Tool.path("busybox"), "ash"]
        }
    }
}

/// Programs that a test needs; a missing one fails the test and names the remedy.
enum Tool {
    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not installed: run scripts/setup" }
    }

    static func path(_ name: String) throws -> String {
        for folder in ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"] {
            let path = folder + "/" + name
            if access(path, X_OK) == 0 { return path }
        }
        throw Missing(name: name)
    }
}

/// One run of a program with a deadline, its input and outputs as bytes.
struct Run {
    let status: Int32
    let output: [UInt8]
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// The program is killed after `seconds`, and the status says so (137).
    static func words(
        _ words: [String],
        input: [UInt8] = [],
        environment: [String: String]? = nil,
        folder: String? = nil,
        seconds: Int = 30
    ) throws -> Run {
        let scratch = try Scratch()
        let process = Process()
        process.executableURL = URL(filePath: try Tool.path("timeout"))
        process.arguments = ["-s", "KILL", "\(seconds)"] + words
        if let environment { process.environment = environment }
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        // Files, not pipes: no side can wait for the other.
        let names = ["in", "out", "err"].map { scratch.path + "/" + $0 }
        try Data(input).write(to: URL(filePath: names[0]))
        for name in names.dropFirst() { _ = FileManager.default.createFile(atPath: name, contents: nil) }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: names[0]))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: names[1]))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: names[2]))
        try withSignals { try process.run() }
        process.waitUntilExit()
        let output = try Data(contentsOf: URL(filePath: names[1]))
        let errors = try Data(contentsOf: URL(filePath: names[2]))
        return Run(
            status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            output: Array(output),
            errors: String(decoding: errors, as: UTF8.self)
        )
    }
}

/// Threads of the test runner block every signal, and a child inherits that: `kill` would do nothing in our scripts.
func withSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
}

/// A folder of its own that goes when the test ends.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/probes-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, executable: Bool = false) throws {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        if executable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path) }
    }
}
