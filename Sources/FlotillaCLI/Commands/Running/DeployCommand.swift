import ArgumentParser
import FleetModel
import Operations

struct DeployCommand: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Copies a file or a folder to nodes: sends what differs, checks it, renames it into place.",
        discussion: """
            A folder's content goes into DEST. A file becomes DEST, or goes into it where that ends with / or is a folder. \
            A relative DEST begins at the log-in's home. Files that only the node has are left alone.
            """
    )

    @Argument(help: ArgumentHelp("A file or a folder here.", valueName: "src")) var source: String
    @Argument(help: ArgumentHelp("The path on the nodes.", valueName: "dest")) var destination: String
    @Argument(help: "Which nodes (default: all).") var selectors: [String] = []
    @Option(help: ArgumentHelp("Permission bits of every file, such as 644.", valueName: "mode")) var mode: String?
    @Option(help: ArgumentHelp("user, user:group or :group of everything.", valueName: "owner")) var owner: String?
    @Flag(help: "Write as root by sudo.") var sudo = false
    @Option(name: .customLong("sudo-user"), help: ArgumentHelp("Write as this user by sudo.", valueName: "user"))
    var sudoUser: String?
    @Flag(name: .customLong("ask-sudo-password"), help: "Ask for sudo's password once.") var askSudoPassword = false
    @Option(help: ArgumentHelp("For each node (default 1h).", valueName: "time")) var timeout: TimeSpan?
    @Option(help: ArgumentHelp("Nodes at work at the same time.", valueName: "n")) var fanout = 64
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard fanout > 0 else { throw ValidationError("--fanout must be at least 1") }
    }

    func run(in context: CommandContext) async throws {
        let options = try self.options()
        let outcomes = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let selector = selectors.isEmpty ? "all" : selectors.joined(separator: ",")
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            let order = DeployRun.Order(
                source: CommandContext.absolute(source),
                destination: destination,
                nodes: nodes,
                fanout: fanout,
                options: options
            )
            let progress = NodeProgress(total: nodes.count, context: context, now: fleet.now)
            defer { progress.end() }
            let run = DeployRun(shell: fleet.shell, record: WorkRecord(fleet))
            return try await run.run(order, routes: fleet.routes(inventory)) { node, outcome in
                progress.finished(node, DeployListing.line(outcome), isFailure: outcome.result.error != nil)
            }
        }
        context.show(DeployListing(outcomes: outcomes))
        if outcomes.contains(where: { $0.outcome.result.error != nil }) { throw ExitCode(1) }
    }

    private func options() throws -> Deploy.Options {
        var options = Deploy.Options(
            mode: try mode.map { try FileMode($0).bits },
            owner: try owner.map { try FileOwner($0).text }
        )
        if let timeout { options.deadlines.total = timeout.duration }
        if sudo || sudoUser != nil || askSudoPassword {
            let user = try sudoUser.map { try UserName($0).text } ?? "root"
            options.elevation = Elevation(
                user: user,
                password: askSudoPassword ? try PasswordPrompt.ask("sudo password: ") : nil
            )
        }
        return options
    }
}

/// How a deploy ended, node by node.
struct DeployListing: Displayable {
    let outcomes: [(node: NodeName, outcome: DeployRun.Outcome)]

    var table: Table {
        let failed = outcomes.count { $0.outcome.result.error != nil }
        return Table(
            [
                .init("node"), .init("files", nil, .right), .init("changed", nil, .right),
                .init("unchanged", nil, .right),
                .init("bytes", "SENT", .right), .init("duration_ms", "TIME", .right), .init("error", "TROUBLE"),
            ],
            rows: outcomes.map { node, outcome in
                let result = outcome.result
                return [
                    .text(node.text, .emphasis), .count(result.files), .count(result.changed), .count(result.unchanged),
                    .bytes(Double(result.bytes)), .duration(outcome.duration), .text(result.error?.problem, .bad),
                ]
            },
            notes: [StyledText("\(outcomes.count - failed) deployed, \(failed) failed", .muted)]
        )
    }

    var document: JSONValue {
        let nodes = outcomes.map { ($0.node.text, Self.document(of: $0.outcome)) }
        let failed = outcomes.count { $0.outcome.result.error != nil }
        let unreachable = outcomes.count { ($0.outcome.result.error as? RemoteError)?.isBeforeWork == true }
        return [
            "nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })),
            "summary": [
                "ok": .int(Int64(outcomes.count - failed)), "failed": .int(Int64(failed - unreachable)),
                "unreachable": .int(Int64(unreachable)),
            ],
        ]
    }

    static func line(_ outcome: DeployRun.Outcome) -> StyledText {
        if let error = outcome.result.error { return .failure(error) }
        let time = StyledText(" in \(HumanUnits.duration(outcome.duration))", .muted)
        guard outcome.result.changed > 0 else { return StyledText("unchanged", .good) + time }
        return StyledText("\(outcome.result.changed) changed", .good) + time
    }

    private static func document(of outcome: DeployRun.Outcome) -> JSONValue {
        let result = outcome.result
        return [
            "files": .int(Int64(result.files)), "changed": .int(Int64(result.changed)),
            "unchanged": .int(Int64(result.unchanged)), "bytes": .int(Int64(result.bytes)),
            "duration_ms": .int(outcome.duration.milliseconds), "error": .failure(result.error),
        ]
    }
}

extension JSONValue {
    /// `{"code","problem","advice"}`, or null.
    static func failure(_ error: (any Explained)?) -> JSONValue {
        guard let error else { return .null }
        return [
            "code": .string(error.code), "problem": .string(error.problem),
            "advice": error.advice.map { .string($0) } ?? .null,
        ]
    }
}
