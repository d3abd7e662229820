package import FleetModel

/// Copies a file or a folder to a node through any shell: what is the same is not sent, what differs goes as one
/// stream, is checked by its hash, and takes its place by a rename.
///
/// The node needs `sh`, `tar` and `sha256sum`. Files that only the node has are left alone. Nothing of the target
/// changes before everything that is new has arrived, been checked and been flushed to the disk.
package struct Deploy: Sendable {
    package struct Options: Sendable {
        /// Permission bits for every file, instead of those of the source.
        package var mode: UInt16?
        /// `user`, `user:group` or `:group` for everything, instead of the source's owner (which is kept as root only).
        package var owner: String?
        package var elevation: Elevation?
        package var deadlines: Deadlines

        package init(
            mode: UInt16? = nil,
            owner: String? = nil,
            elevation: Elevation? = nil,
            deadlines: Deadlines = .init(total: .seconds(3600))
        ) {
            self.mode = mode
            self.owner = owner
            self.elevation = elevation
            self.deadlines = deadlines
        }
    }

    private let shell: any RemoteShell

    package init(shell: any RemoteShell) {
        self.shell = shell
    }

    /// Copies `source` to `destination` on the node.
    ///
    /// A folder's content goes into `destination`, which is made where it is missing. A file becomes `destination`
    /// itself, or goes into it where that ends with `/` or is a folder. Relative paths begin at the log-in's home.
    /// Every failure is in the result, `UsageError` for a source that cannot be read.
    package func run(
        source: String,
        destination: String,
        on node: Destination,
        options: Options = .init()
    ) async -> DeployResult {
        do {
            let tree = try DeploySource.read(source, options: options)
            let target = try DeployTarget(destination, takesFolder: tree.isFolder)
            return await run(tree, to: target, on: node, options: options)
        } catch {
            var result = DeployResult()
            result.error = error
            return result
        }
    }

    /// The same for a source that was read once for many nodes.
    func run(_ tree: DeploySource, to target: DeployTarget, on node: Destination, options: Options) async
        -> DeployResult
    {
        var result = DeployResult()
        do {
            try await copy(tree, to: target, node, options, &result)
        } catch let error as any Explained {
            result.error = error
        } catch {
            result.error = RemoteError(.deployFailed, node.node, "the source could not be read: \(error)")
        }
        return result
    }

    private func copy(
        _ tree: DeploySource,
        to target: DeployTarget,
        _ node: Destination,
        _ options: Options,
        _ result: inout DeployResult
    ) async throws {
        let survey = DeploySurvey(tree, target)
        let found = try await answer(to: survey.script, node, options) { try survey.parse($0, node: node.node) }
        let plan = DeployPlan(tree, found, options: options)
        result.files = tree.entries.count
        result.unchanged = tree.entries.count - plan.changed.count
        if let name = plan.folderInTheWay {
            let shown = String(decoding: name, as: UTF8.self).quotedForMessage
            throw RemoteError(
                .deployFailed,
                node.node,
                "“\(shown)” is a folder on the node and a file or link in the source",
                advice: "remove the folder on the node first; nothing was changed"
            )
        }
        guard !plan.isEmpty else { return }
        let stream = DeployStream(plan)
        let arguments = [found.root, plan.nonce, tree.isFolder ? "folder" : "file"]
        let job = RemoteJob(
            .script(DeployReceiver.script, arguments: arguments),
            stdin: .stream { try stream.next() },
            elevation: options.elevation,
            deadlines: options.deadlines
        )
        try DeployReceiver.check(await shell.run(job, on: node), node: node.node, target: found.root)
        result.changed = plan.changed.count
        result.bytes = plan.payloadBytes
    }

    /// Runs a generated script, which comes on stdin because no command line has room for it.
    private func answer<R>(
        to script: [UInt8],
        _ node: Destination,
        _ options: Options,
        _ parse: ([UInt8]) throws -> R
    ) async throws -> R {
        let job = RemoteJob(
            .script("exec sh -s"),
            stdin: .bytes(script),
            elevation: options.elevation,
            deadlines: options.deadlines,
            limits: OutputLimits(memory: 64 << 20, total: 64 << 20)
        )
        let result = await shell.run(job, on: node)
        if let error = result.error { throw error }
        guard result.isSuccess, !result.stdout.isTruncated else {
            throw DeployReceiver.failure(result, node: node.node, doing: "looking at what is there")
        }
        return try parse(result.stdout.head)
    }
}

/// How a deploy to one node ended.
package struct DeployResult: Sendable {
    /// Entries of the source: files, links and folders.
    package var files = 0
    /// Bytes of file content that were sent.
    package var bytes = 0
    /// Entries that were made or changed; 0 also when the deploy failed before anything took its place.
    package var changed = 0
    /// Entries that were the same already.
    package var unchanged = 0
    package var error: (any Explained)?

    package init() {}
}

/// The checked path on the node.
struct DeployTarget: Sendable {
    /// Absolute, or beginning with `./`: no tool can take it for an option.
    let path: String
    /// True where the file goes into the folder of this name.
    let isIntoFolder: Bool

    init(_ text: String, takesFolder: Bool) throws(UsageError) {
        guard !text.isEmpty, !text.utf8.contains(0), text.utf8.count <= 4000 else {
            throw UsageError("bad_destination", "the destination is empty, too long or holds a zero byte")
        }
        var path = text.hasPrefix("~/") ? String(text.dropFirst(2)) : text == "~" ? "." : text
        isIntoFolder = !takesFolder && (path.hasSuffix("/") || path == "." || path.isEmpty)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if path.isEmpty { path = "." }
        self.path = path.hasPrefix("/") ? path : "./" + path
    }
}
