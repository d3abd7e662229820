package import FleetModel
import Glibc

/// What a lab's folder says about itself: every node and how to reach it.
///
/// Readable by its owner alone, for it holds the password.
package struct LabManifest: Hashable, Sendable {
    /// The process that serves.
    package let pid: Int32
    package let password: Secret?
    package let nodes: [Entry]

    package struct Entry: Hashable, Sendable {
        package let node: LabNode
        package let hostKey: HostKey
    }

    /// Writes `lab.json`; it appears whole.
    func write(to folder: LabFolder) throws(LabError) {
        try Files.replace(folder.manifest, with: document.text() + "\n", mode: 0o600)
    }

    /// Reads what a running or stopped lab wrote.
    ///
    /// - Throws: `LabError` when there is no lab or its file is damaged.
    package static func read(from folder: LabFolder) throws(LabError) -> LabManifest {
        guard let text = Files.read(folder.manifest, limit: 64 << 20) else {
            throw LabError("absent", "there is no lab in \(folder.path)", advice: "start one with “lab up”")
        }
        guard let document = try? JSONReading.parse(text), let manifest = try? LabManifest(document) else {
            throw LabError("damaged", "\(folder.manifest) is damaged", advice: "remove it and run “lab up” again")
        }
        return manifest
    }

    private var document: JSONValue {
        var members: [String: JSONValue] = ["pid": .int(Int64(pid)), "nodes": .array(nodes.map(\.document))]
        if let password {
            members["settings"] = .object([
                "password": .string(password.withBytes { String(decoding: $0, as: UTF8.self) })
            ])
        }
        return .object(members)
    }
}

extension LabManifest {
    init(pid: Int32, password: Secret?, plan: LabPlan, hostKeys: [HostKey]) {
        self.pid = pid
        self.password = password
        self.nodes = zip(plan.nodes, hostKeys).map { Entry(node: $0, hostKey: $1) }
    }

    fileprivate init?(_ document: JSONValue) throws {
        guard case .int(let pid)? = document.object?["pid"], case .array(let nodes)? = document.object?["nodes"] else {
            return nil
        }
        self.pid = Int32(clamping: pid)
        self.password = document.object?["settings"]?.object?["password"]?.string.map { Secret($0) }
        self.nodes = try nodes.map { try Entry($0) }
    }
}

extension LabManifest.Entry {
    fileprivate var document: JSONValue {
        [
            "name": .string(node.name.text), "address": .string(node.host.text), "port": .int(Int64(node.port.number)),
            "user": .string(node.user.text), "profile": .string(node.profile.rawValue),
            "groups": .array(node.groups.map { .string($0.text) }),
            "labels": .object(Dictionary(uniqueKeysWithValues: node.labels.map { ($0.text, .string($1.text)) })),
            "location": .string(node.location.text), "details": .string(node.details.text),
            "host_key": [
                "algorithm": .string(hostKey.algorithm), "base64": .string(hostKey.base64),
                "fingerprint": .string(hostKey.fingerprint),
            ],
        ]
    }

    fileprivate init(_ document: JSONValue) throws {
        let members = document.object ?? [:]
        func text(_ key: String) -> String { members[key]?.string ?? "" }
        let key = members["host_key"]?.object ?? [:]
        self.hostKey = HostKey(
            algorithm: key["algorithm"]?.string ?? "",
            base64: key["base64"]?.string ?? "",
            fingerprint: key["fingerprint"]?.string ?? ""
        )
        var labels: [LabelKey: OneLine] = [:]
        for (key, value) in members["labels"]?.object ?? [:] {
            labels[try LabelKey(key)] = try OneLine(value.string ?? "")
        }
        var groups: [GroupName] = []
        if case .array(let names)? = members["groups"] { groups = try names.map { try GroupName($0.string ?? "") } }
        self.node = LabNode(
            name: try NodeName(text("name")),
            host: try HostAddress(text("address")),
            port: try Port(members["port"]?.scalarText ?? ""),
            user: try UserName(text("user")),
            profile: Node.Profile(rawValue: text("profile")) ?? .linux,
            groups: groups,
            labels: labels,
            location: try OneLine(text("location")),
            details: try OneLine(text("details"))
        )
    }
}
