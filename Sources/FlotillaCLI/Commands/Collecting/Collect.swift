import ArgumentParser
import FleetModel
import Operations

struct Collect: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Polls nodes once, now, and stores the figures."
    )

    @Argument(help: "Which nodes.") var selector: String = "all"
    @Option(help: ArgumentHelp("For each node (default 15s).", valueName: "time")) var timeout = TimeSpan(.seconds(15))
    @Option(help: ArgumentHelp("Nodes at work at the same time.", valueName: "n")) var fanout = 256
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let outcomes = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            let collect = CollectOnce(fleet: fleet, entropy: { UInt64.random(in: 0 ... .max) })
            return try await collect.run(nodes, in: inventory, within: timeout.duration, fanout: fanout) {
                node,
                outcome in
                guard context.common.output == .ndjson else { return }
                StandardStream.output.write(CollectListing.line(node, outcome))
            }
        }
        let listing = CollectListing(outcomes: outcomes)
        context.common.output == .ndjson ? StandardStream.output.write(listing.summaryLine) : context.show(listing)
        if outcomes.values.contains(where: { $0.error != nil }) { throw ExitCode(1) }
    }
}

private struct CollectListing: Displayable {
    let outcomes: [NodeName: PollOutcome]

    private var sorted: [(node: NodeName, outcome: PollOutcome)] {
        outcomes.keys.naturallySorted().compactMap { name in outcomes[name].map { (name, $0) } }
    }

    var table: Table {
        let failed = outcomes.values.count { $0.error != nil }
        return Table(
            [
                .init("node"), .init("status"), .init("samples", nil, .right), .init("duration_ms", "TIME", .right),
                .init("route", "BY"), .init("error", "TROUBLE"),
            ],
            rows: sorted.map { node, outcome in
                [
                    .text(node.text, .emphasis), outcome.error == nil ? Cell("up", .good) : Cell("down", .bad),
                    .count(outcome.samples), .duration(outcome.duration), .text(outcome.route?.text),
                    .text(outcome.error?.problem),
                ]
            },
            notes: [StyledText("\(outcomes.count - failed) collected, \(failed) failed", .muted)]
        )
    }

    private var summary: JSONValue {
        let failed = outcomes.values.count { $0.error != nil }
        return ["ok": .int(Int64(outcomes.count - failed)), "failed": .int(Int64(failed))]
    }

    /// The last event, as `exec` ends its own.
    var summaryLine: String {
        let event: JSONValue = ["event": "summary", "summary": summary]
        return event.safeText(pretty: false) + "\n"
    }

    var document: JSONValue {
        let nodes = outcomes.map { ($0.key.text, Self.document(of: $0.value)) }
        return [
            "nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })),
            "summary": summary,
        ]
    }

    static func line(_ node: NodeName, _ outcome: PollOutcome) -> String {
        var members = document(of: outcome).object ?? [:]
        members["event"] = "collected"
        members["node"] = .string(node.text)
        return JSONValue.object(members).safeText(pretty: false) + "\n"
    }

    private static func document(of outcome: PollOutcome) -> JSONValue {
        [
            "status": outcome.error == nil ? "up" : "down", "samples": .int(Int64(outcome.samples)),
            "duration_ms": .int(outcome.duration.milliseconds),
            "route": outcome.route.map { .string($0.rawValue) } ?? .null,
            "error": outcome.error.map { ErrorBlock($0).document.object?["error"] ?? .null } ?? .null,
        ]
    }
}

extension CollectRoute {
    var text: String {
        switch self {
        case .gate: "gate"
        case .operate: "operate key"
        case .seed: "pop pulse"
        }
    }
}
