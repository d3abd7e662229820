import FleetModel
import Foundation
import Testing

@testable import Probes

/// A node's trees as files (`proc`, `sys`, `root`), its tools as small scripts (`bin`), and what must be read from them.
struct Capture: CustomTestStringConvertible {
    let path: String
    var name: String { URL(filePath: path).lastPathComponent }
    var testDescription: String { name }

    static var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Captures").standardized
    }

    static let all: [Capture] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { !$0.hasPrefix(".") }.sorted().map {
            Capture(path: folder.appending(path: $0).path)
        }
    }()

    static func named(_ name: String) throws -> Capture { try #require(all.first { $0.name == name }) }

    static let families = ProbeFamily.all + [.timeContainer, .pulse, .unit("ssh.service")]

    /// Runs the real script over the trees; nothing of this machine but awk and a few harmless tools can be reached.
    func frame(_ shell: Shell, _ families: [ProbeFamily] = Capture.families) throws -> ProbeFrame {
        let farm = try Scratch()
        let hidden = FileManager.default.fileExists(atPath: path + "/without-timeout") ? ["timeout"] : []
        for tool in ["awk", "sleep", "tr", "cat", "sh", "timeout"] where !hidden.contains(tool) {
            let real = shell == .ash ? "busybox" : tool == "sh" ? shell.rawValue : tool
            try FileManager.default.createSymbolicLink(
                atPath: farm.path + "/" + tool,
                withDestinationPath: Tool.path(real)
            )
        }
        let roots = ProbeScript.Roots(
            proc: path + "/proc",
            sys: path + "/sys",
            root: path + "/root",
            tools: path + "/bin:" + farm.path
        )
        // HOME without tools/pop: only the capture's own is found.
        let environment = ["HOME": farm.path, "PATH": farm.path]
        return try #require(try ProbeRun.frames([families], shell: shell, roots: roots, environment: environment).first)
    }

    func expectation(_ file: String) throws -> String {
        try String(contentsOfFile: path + "/" + file, encoding: .utf8)
    }

    /// Writes the expectation anew when `FLOTILLA_RECORD` is set: look at the difference before you commit it.
    func record(_ text: String, to file: String) throws {
        guard ProcessInfo.processInfo.environment["FLOTILLA_RECORD"] != nil else { return }
        try Data(text.utf8).write(to: URL(filePath: path + "/" + file))
    }
}

extension Sample {
    /// As node_exporter prints it, with plain numbers.
    var line: String {
        let labels = labels.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
        return name + (labels.isEmpty ? "" : "{\(labels)}") + " \(value)"
    }

    /// Name and labels.
    var series: String { String(line[..<(line.lastIndex(of: " ") ?? line.endIndex)]) }
}
