import Foundation
import Testing

/// The arrows run down: which target may import what, read from the sources.
@Suite struct ArchitectureTests {
    /// For each room the imports it may have, and why the list ends there.
    static let rooms: [(name: String, imports: Set<String>, reason: String)] = [
        ("FleetModel", [], "the ground is values: it compiles without any system"),
        ("Probes", ["FleetModel"], "an engine is pure: text in, samples out"),
        ("PromQL", ["FleetModel", "Glibc"], "an engine is pure: a query and samples in, an answer out"),
        ("TimeSeries", ["FleetModel"], "an engine is pure: samples in, bytes out, and back"),
        ("GoTemplate", ["FleetModel"], "an engine is pure: a template and data in, text out"),
        (
            "Alerting", ["FleetModel", "GoTemplate", "Synchronization"],
            "an engine is pure: results and moments in, alerts and notices out"
        ),
        (
            "Operations",
            [
                "FleetModel", "Probes", "TimeSeries", "PromQL", "GoTemplate", "Alerting", "Logging", "Synchronization",
                "Crypto", "Glibc", "Dispatch",
            ],
            "use cases know ports, never adapters"
        ),
        (
            "SSHTransport",
            ["Operations", "FleetModel", "CLibSSH", "Crypto", "Logging", "Glibc", "Foundation", "Synchronization"],
            "an adapter knows its library and the ports it fills"
        ),
        (
            "SQLiteStore",
            [
                "Operations", "FleetModel", "TimeSeries", "Alerting", "GRDB", "Crypto", "Glibc", "Foundation",
                "Synchronization",
                "Dispatch",
            ],
            "GRDB is known here alone"
        ),
        (
            "Formats", ["Operations", "FleetModel", "PromQL", "Alerting", "Yams", "CYaml"],
            "other people's text needs no disk and no network"
        ),
        (
            "Outbound",
            [
                "Operations", "Formats", "Alerting", "GoTemplate", "FleetModel", "AsyncHTTPClient", "NIOCore",
                "NIOPosix",
                "NIOHTTP1", "NIOSSL", "NIOHTTPCompression", "Crypto", "Synchronization",
            ],
            "what leaves the house by HTTP and by mail: no SSH, no store"
        ),
        (
            "LocalDisk", ["Operations", "FleetModel", "Foundation", "Glibc"],
            "the home's files, and nothing that is in them but keys"
        ),
        (
            "DaemonLink", ["Operations", "FleetModel", "Dispatch", "Glibc", "Synchronization"],
            "the Unix socket carries the ports, it decides nothing"
        ),
        (
            "Lab", ["FleetModel", "CLibSSH", "Glibc", "Synchronization"],
            "pretend nodes know nothing of the fleet's side"
        ),
        (
            "FlotillaCLI",
            [
                "Operations", "Alerting", "Probes", "PromQL", "TimeSeries", "FleetModel", "ArgumentParser", "Logging",
                "Glibc",
                "Synchronization",
            ],
            "a face turns words into use cases and results into text"
        ),
        (
            "FlotillaServer",
            [
                "Operations", "PromQL", "Alerting", "FleetModel", "Hummingbird", "HTTPTypes", "NIOCore",
                "ServiceLifecycle",
                "CZlib",
                "Logging", "Synchronization", "Crypto", "Glibc",
            ],
            "a face turns requests into use cases and results into documents"
        ),
    ]

    @Test(arguments: rooms.map(\.name))
    func `a room imports only what its floor allows`(room: String) throws {
        let allowed = try #require(Self.rooms.first { $0.name == room })
        for file in try Self.sources(of: room) {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                guard let module = Self.importedModule(in: line) else { continue }
                #expect(
                    allowed.imports.contains(module),
                    "\(file.lastPathComponent) imports \(module): \(allowed.reason)"
                )
            }
        }
    }

    @Test func `every room under Sources has its row in the table`() throws {
        let found = Set(try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path))
        let known = Set(Self.rooms.map(\.name)).union(["CLibSSH", "CZlib", "FleetTesting", "flotilla"])
        #expect(found == known)
    }

    @Test func `no file is longer than 400 lines`() throws {
        for room in Self.rooms.map(\.name) + ["flotilla"] {
            for file in try Self.sources(of: room) {
                let lines = try String(contentsOf: file, encoding: .utf8).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                )
                #expect(
                    lines.count <= 401,
                    "\(file.lastPathComponent) has \(lines.count) lines: which second concept is in it?"
                )
            }
        }
    }

    @Test func `no type is called a helper`() throws {
        let vague = try Regex(#"\b(struct|class|enum|actor|protocol)\s+\w*(Manager|Helper|Utils?|Common|Base|Impl)\b"#)
        for room in Self.rooms.map(\.name) + ["flotilla"] {
            for file in try Self.sources(of: room) {
                let text = try String(contentsOf: file, encoding: .utf8)
                #expect(text.firstMatch(of: vague) == nil, "\(file.lastPathComponent)")
            }
        }
    }

    @Test func `unsafe words stand only beside a reason`() throws {
        let words = ["@unchecked Sendable", "nonisolated(unsafe)", "try!", "fatalError("]
        for room in Self.rooms.map(\.name) + ["flotilla"] {
            for file in try Self.sources(of: room) {
                let lines = try String(contentsOf: file, encoding: .utf8).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                )
                for (index, line) in lines.enumerated() where words.contains(where: { line.contains($0) }) {
                    let near = lines[max(0, index - 4)...index]
                    #expect(near.contains { $0.contains("SAFETY:") }, "\(file.lastPathComponent):\(index + 1): \(line)")
                }
            }
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func sources(of room: String) throws -> [URL] {
        let folder = root.appending(path: "Sources").appending(path: room)
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
        try #require(!files.isEmpty, "\(room) has no sources")
        return files
    }

    private static func importedModule(in line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at < words.count - 1, at <= 2 else { return nil }
        guard
            words[..<at].allSatisfy({
                ["package", "public", "internal", "private", "fileprivate", "@testable", "@preconcurrency"].contains($0)
            })
        else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
        let module = kinds.contains(words[at + 1]) && at + 2 < words.count ? words[at + 2] : words[at + 1]
        return String(module.prefix { $0 != "." })
    }
}
