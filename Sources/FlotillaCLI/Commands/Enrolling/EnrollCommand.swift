import ArgumentParser
import FleetModel
import Operations
import Probes

struct EnrollCommand: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Installs the fleet's keys and the gate on nodes, and proves each key by a fresh log-in.",
        discussion: """
            The way in is a password, an agent, another key file, or the operate key where it works already (to renew the gate \
            or the lines). A password is offered only where no key opens. Lines of ours are replaced, other people's stay.
            """
    )

    @Argument(help: "Which nodes.") var selector: String
    @Flag(name: .customLong("ask-password"), help: "Ask once for the log-in password of the nodes.") var askPassword =
        false
    @Option(help: ArgumentHelp("A private key file that opens the nodes.", valueName: "file")) var identity: String?
    @Flag(name: .customLong("ask-passphrase"), help: "Ask once for the passphrase of --identity.") var askPassphrase =
        false
    @Flag(help: "Offer the keys of the agent at SSH_AUTH_SOCK.") var agent = false
    @Flag(name: .customLong("jump-host"), help: "Allow forwarding: other nodes are reached through these.")
    var jumpHost = false
    @Option(help: ArgumentHelp("For each step on a node (default 60s).", valueName: "time")) var timeout = TimeSpan(
        .seconds(60)
    )
    @Option(help: ArgumentHelp("Nodes at work at the same time.", valueName: "n")) var fanout = 64
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard fanout > 0 else { throw ValidationError("--fanout must be at least 1") }
        guard identity != nil || !askPassphrase else { throw ValidationError("--ask-passphrase wants --identity FILE") }
    }

    func run(in context: CommandContext) async throws {
        let reports = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            var order = Enroll.Order(nodes: nodes, access: try access(for: nodes), keys: try fleet.keys.keys())
            order.isJumpHost = jumpHost
            order.fanout = fanout
            order.deadlines.total = timeout.duration
            let progress = NodeProgress(total: nodes.count, context: context, now: fleet.now)
            defer { progress.end() }
            let enroll = Enroll(shell: fleet.ownShell, record: WorkRecord(fleet))
            let reports = try await enroll.run(
                order,
                in: inventory,
                entropy: { UInt64.random(in: 0 ... .max) }
            ) { node, report in
                progress.finished(node, EnrollListing.line(report), isFailure: !report.isEnrolled)
            }
            // A daemon's connections may be from before the keys were there.
            if fleet.daemon != nil { for (node, _) in reports { await fleet.shell.forget(node) } }
            return reports
        }
        context.show(EnrollListing(reports: reports, glyphs: context.output.glyphs))
        if reports.contains(where: { !$0.report.isEnrolled }) { throw ExitCode(1) }
    }

    private func access(for nodes: [Node]) throws -> EnrollAccess {
        var access = EnrollAccess()
        if let identity {
            let passphrase =
                askPassphrase ? try PasswordPrompt.ask("passphrase of \(TerminalText.visible(identity)): ") : nil
            access.keys.append(.keyFile(path: CommandContext.absolute(identity), passphrase: passphrase))
        }
        // A key file that the registry names for a node is that node's own; one file for all is what can be offered here.
        let files = Set(nodes.compactMap(\.identityFile))
        if identity == nil, files.count == 1, let file = files.first {
            access.keys.append(.keyFile(path: UserPath.expanded(file.text)))
        }
        if agent { access.keys.append(.agent(socket: nil)) }
        if askPassword {
            let users = Set(nodes.map(\.user.text)).sorted()
            let secret = try PasswordPrompt.ask(
                "password of \(users.prefix(3).joined(separator: ", ")) on \(NodeSetText.fold(nodes.map(\.name))): "
            )
            access.secrets = [.password(secret), .keyboardInteractive(secret)]
        }
        return access
    }
}

/// How the enrolling ended, node by node.
struct EnrollListing: Displayable {
    let reports: [(node: NodeName, report: EnrollReport)]
    let glyphs: Glyphs

    var table: Table {
        let done = reports.count { $0.report.isEnrolled }
        return Table(
            [
                .init("node"), .init("verdict"), .init("operate", "OPERATE KEY"), .init("collect", "COLLECT KEY"),
                .init("options", "OPTIONS"), .init("error", "TROUBLE"),
            ],
            rows: reports.map { node, report in
                [
                    .text(node.text, .emphasis),
                    report.isEnrolled ? Cell("enrolled", .good) : Cell("not enrolled", .bad),
                    Self.proof(report.operateProven), Self.proof(report.collectProven),
                    Cell(Self.options(report)), .text(report.error?.problem, .bad),
                ]
            },
            notes: [StyledText("\(done) enrolled, \(reports.count - done) not", .muted)] + advice
        )
    }

    var document: JSONValue {
        let nodes = reports.map { node, report -> (String, JSONValue) in
            (
                node.text,
                [
                    "enrolled": .bool(report.isEnrolled), "written": .bool(report.isNew),
                    "gate": .bool(report.isGateInPlace),
                    "operate": .bool(report.operateProven), "collect": .bool(report.collectProven),
                    "jump_host": .bool(report.isJumpHost),
                    "options": .string(report.dialect == .restrict ? "restrict" : "plain"),
                    "duration_ms": .int(report.duration.milliseconds), "error": .failure(report.error),
                ]
            )
        }
        let done = reports.count { $0.report.isEnrolled }
        return [
            "nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })),
            "summary": ["ok": .int(Int64(done)), "failed": .int(Int64(reports.count - done))],
        ]
    }

    static func line(_ report: EnrollReport) -> StyledText {
        if let error = report.error { return .failure(error) }
        let what = report.isNew ? "enrolled" : "enrolled (both lines were there)"
        return StyledText(what, .good) + StyledText(" in \(HumanUnits.duration(report.duration))", .muted)
    }

    /// Each piece of advice once.
    private var advice: [StyledText] {
        var told: Set<String> = []
        return reports.compactMap(\.report.error?.advice).filter { told.insert($0).inserted }.prefix(5).map {
            StyledText("do: ", .muted) + StyledText(TerminalText.visibleInline($0))
        }
    }

    private static func proof(_ isProven: Bool) -> Cell {
        Cell(shown: isProven ? StyledText("proven", .good) : StyledText("not proven", .bad), value: .bool(isProven))
    }

    private static func options(_ report: EnrollReport) -> String {
        (report.dialect == .restrict ? "restrict" : "no-…") + (report.isJumpHost ? ", forwarding" : "")
    }
}
