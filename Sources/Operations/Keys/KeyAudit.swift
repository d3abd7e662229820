package import FleetModel

/// Lists who may log in: what stands in `authorized_keys` of the account on every node.
package struct KeyAudit: Sendable {
    private let shell: any RemoteShell
    private let folder: any KeyFolder
    private let record: WorkRecord

    package init(shell: any RemoteShell, folder: any KeyFolder, record: WorkRecord) {
        self.shell = shell
        self.folder = folder
        self.record = record
    }

    /// What one node has.
    package struct Report: Sendable {
        /// Where it was read; nil where there is no file.
        package var file: String?
        package var entries: [Entry] = []
        package var error: RemoteError?

        package init() {}
    }

    /// One line, and whose it is.
    package struct Entry: Hashable, Sendable {
        package var key: AuthorizedKeyLine
        package var owner: KeyOwner
        package var flags: Set<AuthorizedKeyLine.Flag>
    }

    /// `entropy`: 64 fresh random bits for each node.
    /// - Throws: `StateError`; every node's trouble is in its report.
    package func run(
        _ nodes: [Node],
        fanout: Int,
        deadlines: Deadlines,
        entropy: @escaping @Sendable () -> UInt64,
        finished: (NodeName, Report) -> Void = { _, _ in }
    ) async throws -> [(node: NodeName, report: Report)] {
        let keys = try folder.keys()
        let owners = try KeyOwners(keys, retired: folder.retired())
        let routes = Routes(inventory: try await record.registry(), keys: keys)
        let reading = AuthorizedKeysReading(shell: shell, routes: routes, deadlines: deadlines)
        let done = await onEach(nodes, width: fanout) { node in
            await reading.report(of: node, owners, nonce: String(entropy(), radix: 36))
        } finished: { node, report in
            finished(node.name, report)
        }
        let reports = done.map { (node: $0.item.name, report: $0.outcome) }
        let failed = reports.count { $0.report.error != nil }
        let detail: JSONValue = ["nodes": .int(Int64(nodes.count)), "failed": .int(Int64(failed))]
        try await record.conclude(
            [AuditEntry("keys.audit", detail: detail)],
            reports.compactMap { .of($0.node, $0.report.error) }
        )
        return reports
    }
}

/// Whose a key is.
package enum KeyOwner: Hashable, Sendable {
    case current(KeyPurpose)
    /// The successor in an open rotation.
    case next(KeyPurpose)
    /// The fleet's own once: it should be nowhere any more.
    case retired(KeyPurpose)
    case foreign

    package var purpose: KeyPurpose? {
        switch self {
        case .current(let purpose), .next(let purpose), .retired(let purpose): purpose
        case .foreign: nil
        }
    }

    /// The word of the listing.
    package var state: String {
        switch self {
        case .current: "current"
        case .next: "next"
        case .retired: "retired"
        case .foreign: "foreign"
        }
    }
}

/// Knows the fleet's own keys by their base64 words.
package struct KeyOwners: Sendable {
    private var owners: [String: KeyOwner] = [:]

    package init(_ keys: KeyRing, retired: [RetiredKey]) {
        for key in retired {
            let words = key.publicLine.split(separator: " ")
            if words.count > 1 { owners[String(words[1])] = .retired(key.purpose) }
        }
        for purpose in KeyPurpose.allCases {
            if let next = keys.next[purpose] { owners[next.blob] = .next(purpose) }
            owners[keys[purpose].blob] = .current(purpose)
        }
    }

    package func owner(ofBlob blob: String) -> KeyOwner { owners[blob] ?? .foreign }
}

/// Reads one node's file, bounded.
struct AuthorizedKeysReading: Sendable {
    let shell: any RemoteShell
    let routes: Routes
    let deadlines: Deadlines

    /// More than this is no file of keys.
    private static let limit = 256 * 1024

    func report(of node: Node, _ owners: KeyOwners, nonce: String) async -> KeyAudit.Report {
        var report = KeyAudit.Report()
        do {
            guard !Task.isCancelled else {
                throw RemoteError(.cancelled, node.name, "not started: the run was stopped before its turn")
            }
            let (file, text) = try await read(node, nonce)
            report.file = file
            var seen: Set<String> = []
            for key in AuthorizedKeysText.lines(text) {
                report.entries.append(
                    .init(key: key, owner: owners.owner(ofBlob: key.blob), flags: key.flags(after: seen))
                )
                if !key.blob.isEmpty { seen.insert(key.blob) }
            }
        } catch let error as RemoteError {
            report.error = error
        } catch {
            report.error = RemoteError(.deployFailed, node.name, "\(node.name): \(error)")
        }
        return report
    }

    private func read(_ node: Node, _ nonce: String) async throws -> (file: String?, text: String) {
        let way = try routes.destination(to: node, for: .operate)
        var job = RemoteJob(.script(Self.script, arguments: [nonce]), deadlines: deadlines)
        job.limits = OutputLimits(memory: Self.limit, total: Self.limit)
        let result = await shell.run(job, on: way)
        if let error = result.error { throw error }
        guard !result.stdout.isTruncated else {
            throw RemoteError(
                .deployFailed,
                node.name,
                "\(node.name): its authorized_keys is larger than \(Self.limit >> 10) KiB"
            )
        }
        // A log-in shell may print before us.
        let text = result.stdout.text
        guard let start = text.firstRange(of: "flotilla-keys \(nonce) ") else { throw foreign(node.name) }
        let rest = text[start.upperBound...]
        let first = rest.prefix { $0 != "\n" }
        switch first.split(separator: " ", maxSplits: 1).map(String.init) {
        case ["absent"]: return (nil, "")
        case let words where words.first == "file" && words.count == 2:
            return (words[1], String(rest.dropFirst(first.count + 1)))
        default:
            throw RemoteError(
                .deployFailed,
                node.name,
                "\(node.name): authorized_keys could not be read: \(first.dropFirst("failed ".count).prefix(300))"
            )
        }
    }

    private func foreign(_ node: NodeName) -> RemoteError {
        RemoteError(
            .refusedByGate,
            node,
            "\(node): the log-in runs a forced command, not a shell, so its keys cannot be read",
            advice: "put the operate line there: flotilla enroll \(node) --ask-password"
        )
    }

    static let script =
        AuthorizedKeysScript.opening + AuthorizedKeysScript.folder + AuthorizedKeysScript.file + #"""
            [ -f "$file" ] || { say absent; exit 0; }
            say file "$file"
            cat "$file"
            """#
}
