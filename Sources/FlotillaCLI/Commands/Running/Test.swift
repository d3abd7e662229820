import ArgumentParser
import FleetModel
import Operations
import Synchronization

struct Test: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Reaches, logs in with both keys, and says what is wrong and how to mend it."
    )

    @Argument(help: "Which nodes.") var selector: String = "all"
    @Option(help: ArgumentHelp("For each node (default 20s).", valueName: "time")) var timeout = TimeSpan(.seconds(20))
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let reports = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            let routes = try fleet.routes(inventory)
            let test = ReachTest(shell: fleet.shell, timeout: timeout.duration)
            let marker = "flotilla-\(UInt64.random(in: 0 ... .max))"
            let reports = await onEach(nodes, width: 256) { await test.run($0, routes: routes, marker: marker) }
            let observations = reports.compactMap { Self.observation($0.item, $0.outcome) }
            // After Ctrl-C as well: what the other nodes said is kept and shown.
            try await uninterrupted { try await fleet.inventory.record(observations, at: fleet.now()) }
            return reports.map { (node: $0.item.name, report: $0.outcome) }
        }
        context.show(ReachListing(reports: reports, glyphs: context.output.glyphs))
        if reports.contains(where: { !$0.report.isReachable }) { throw ExitCode(1) }
    }

    private static func observation(_ node: Node, _ report: ReachReport) -> NodeObservation? {
        if report.isReachable {
            let isPipe = report.operate == .pulse || report.collect == .pulse
            return NodeObservation(node.name, .up, profile: node.profile == nil && isPipe ? .pipe : nil)
        }
        return report.error?.observation(of: node.name)
    }
}

/// What `test` found, node by node.
struct ReachListing: Displayable {
    let reports: [(node: NodeName, report: ReachReport)]
    let glyphs: Glyphs

    var table: Table {
        Table(
            [
                .init("node"), .init("verdict"), .init("operate", "OPERATE KEY"), .init("collect", "COLLECT KEY"),
                .init("advice", "WHAT TO DO"),
            ],
            rows: reports.map { node, report in
                [
                    .text(node.text, .emphasis),
                    Cell(report.isReachable ? "reachable" : "not reachable", report.isReachable ? .good : .bad),
                    Cell(report.operate.text), Cell(report.collect.text),
                    .text(report.advice(for: node.text).joined(separator: "; ")),
                ]
            }
        )
    }

    var document: JSONValue {
        let nodes = reports.map { node, report -> (String, JSONValue) in
            (
                node.text,
                [
                    "reachable": .bool(report.isReachable), "operate": .string(report.operate.text),
                    "collect": .string(report.collect.text),
                    "advice": .array(report.advice(for: node.text).map { .string($0) }),
                    "error": report.error.map { ErrorBlock($0).document.object?["error"] ?? .null } ?? .null,
                ]
            )
        }
        let reachable = reports.count { $0.report.isReachable }
        return [
            "nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })),
            "summary": ["ok": .int(Int64(reachable)), "failed": .int(Int64(reports.count - reachable))],
        ]
    }

    /// One block for all nodes of which the same is to be said: a table cannot hold the advice.
    func lines(on terminal: TerminalContext) -> [StyledText] {
        var places: [[String]: Int] = [:]
        var alike: [(report: ReachReport, nodes: [NodeName])] = []
        for (node, report) in reports {
            // Not by the errors themselves, which name their nodes.
            let words = [report.operate.text, report.collect.text, report.error?.problem ?? ""]
            if let place = places[words] {
                alike[place].nodes.append(node)
            } else {
                places[words] = alike.count
                alike.append((report, [node]))
            }
        }
        return alike.flatMap { block($0.report, of: $0.nodes) }
    }

    private func block(_ report: ReachReport, of nodes: [NodeName]) -> [StyledText] {
        let names = NodeSetText.fold(nodes)
        let sign = report.isReachable ? StyledText(glyphs.up + " ", .good) : StyledText(glyphs.down + " ", .bad)
        let count = StyledText(nodes.count > 1 ? " (\(nodes.count))" : "", .muted)
        let trouble = report.isReachable ? "" : "  " + (report.error?.problem ?? "not reachable")
        var lines = [sign + StyledText(names, .emphasis) + count + StyledText(TerminalText.visible(trouble), .bad)]
        if report.isReachable || report.error?.kind == .authDenied {
            lines.append(StyledText("    operate key: ", .muted) + StyledText(report.operate.text))
            lines.append(StyledText("    collect key: ", .muted) + StyledText(report.collect.text))
        }
        // What stands there can be pasted: brackets mean something to the shell.
        for advice in report.advice(for: nodes.count > 1 ? "'\(names)'" : names) {
            let parts = TerminalText.visibleLines(Array(advice.utf8))
            lines += parts.map { StyledText("    do: ", .muted) + StyledText($0) }
        }
        return lines
    }
}

extension ReachReport.Answer {
    var text: String {
        switch self {
        case .commands: "runs commands"
        case .gate(let isCurrent): isCurrent ? "the gate answers" : "another version of the gate answers"
        case .gateMissing: "in place, but the gate is not installed"
        case .pulse: "a forced command answers with the pulse"
        case .odd(.exited(let code)): "something else answers (exit \(code))"
        case .odd: "something else answers"
        case .failed(let error): error.kind == .authDenied ? "not accepted" : error.code
        }
    }
}

struct Ping: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Reaches nodes and says how long that takes."
    )

    @Argument(help: "Which nodes.") var selector: String = "all"
    @Option(help: ArgumentHelp("For each node (default 10s).", valueName: "time")) var timeout = TimeSpan(.seconds(10))
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let results = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            let routes = try fleet.routes(inventory)
            let (shell, limit) = (fleet.shell, timeout.duration)
            let results = await onEach(nodes, width: 512) { node -> CommandResult in
                do throws(RemoteError) {
                    let destination = try routes.destination(to: node, for: .operate)
                    let limits = Deadlines(connect: limit, login: limit, total: limit)
                    return await shell.run(RemoteJob(.verb("true"), deadlines: limits), on: destination)
                } catch {
                    return CommandResult(ending: .failed(error))
                }
            }
            let observations = results.compactMap { $0.outcome.observation(of: $0.item.name) }
            try await uninterrupted { try await fleet.inventory.record(observations, at: fleet.now()) }
            return results.map { (node: $0.item.name, result: $0.outcome) }
        }
        context.show(PingListing(results: results))
        if results.contains(where: { $0.result.error != nil }) { throw ExitCode(1) }
    }
}

private struct PingListing: Displayable {
    let results: [(node: NodeName, result: CommandResult)]

    var table: Table {
        Table(
            [.init("node"), .init("answer"), .init("duration_ms", "TIME", .right)],
            rows: results.map { node, result in
                let answer = result.error.map { Cell($0.problem, .bad) } ?? Cell("pong", .good)
                return [.text(node.text, .emphasis), answer, .duration(result.duration)]
            }
        )
    }

    var document: JSONValue {
        let nodes = results.map { node, result -> (String, JSONValue) in
            (
                node.text,
                [
                    "ok": .bool(result.error == nil), "duration_ms": .int(result.duration.milliseconds),
                    "error": result.error.map { ErrorBlock($0).document.object?["error"] ?? .null } ?? .null,
                ]
            )
        }
        return ["nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 }))]
    }
}
