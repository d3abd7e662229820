import FleetModel
import FleetTesting
import Foundation
import Operations
import SQLiteStore

/// A folder for one test, removed with it.
final class Scratch {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "flotilla-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var path: String { folder + "/fleet.db" }

    func open(_ inspection: FleetDatabase.Inspection = .quick, pageLimit: Int? = nil) throws -> FleetDatabase {
        try FleetDatabase.open(at: path, inspection: inspection, pageLimit: pageLimit)
    }

    /// Every file of the folder with its bytes.
    func contents() throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            found[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        }
        return found
    }
}

/// Runs a program and gives its output.
func output(of program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
}

let operatorOfTests = Actor("tester")
let noon = Timestamp(milliseconds: 1_795_348_800_000)

extension Make {
    static func key(_ word: String) -> HostKey {
        HostKey(algorithm: "ssh-ed25519", base64: "AAAA\(word)", fingerprint: "SHA256:\(word)")
    }

    /// A node with every field set.
    static func fullNode(_ name: String, jump: String? = nil, groups: [String] = []) throws -> Node {
        var node = try node(name, "10.0.0.7", user: "pi", port: 2222)
        node.jump = try jump.map { try NodeName($0) }
        node.groups = Set(try groups.map { try GroupName($0) })
        node.labels = [try LabelKey("site"): try OneLine("Zürich “lab”"), try LabelKey("stratum"): try OneLine("1")]
        node.variables = [
            "text": "a\"b\\c\n\u{1}ü", "whole": 7, "part": 0.1, "one": .double(1), "yes": true, "none": .null,
            "list": [1, ["x": "y"], []], "big": .int(.max),
        ]
        node.location = try OneLine("rack 4")
        node.details = try OneLine("the first")
        node.profile = .time
        node.transport = .openssh
        node.identityFile = try OneLine("/home/x/.ssh/id")
        node.hostKey = key("one")
        node.status = .down(code: "ssh.connect_refused", reason: "nobody listens")
        node.lastSeen = noon
        return node
    }
}
