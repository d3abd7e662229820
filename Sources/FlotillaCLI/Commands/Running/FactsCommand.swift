import ArgumentParser
import FleetModel
import Operations
import Probes

struct Facts: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts",
        abstract: "What nodes say they are: system, kernel, machine, memory, addresses."
    )

    @Argument(help: "Which nodes.") var selector: String = "all"
    @Option(help: ArgumentHelp("For each node (default 20s).", valueName: "time")) var timeout = TimeSpan(.seconds(20))
    @Option(help: ArgumentHelp("Nodes at work at the same time.", valueName: "n")) var fanout = 256
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let answers = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            let routes = try fleet.routes(inventory)
            let gather = GatherFacts(shell: fleet.shell, entropy: { UInt64.random(in: 0 ... .max) })
            let limit = timeout.duration
            let answers = await onEach(nodes, width: max(1, fanout)) {
                await gather.run($0, routes: routes, within: limit)
            }
            let observations = answers.compactMap { item, answer in
                answer.error.map { $0.observation(of: item.name) } ?? NodeObservation(item.name, .up)
            }
            try await uninterrupted { try await fleet.inventory.record(observations, at: fleet.now()) }
            return answers.map { (node: $0.item.name, answer: $0.outcome) }
        }
        context.show(FactsListing(answers: answers))
        if answers.contains(where: { $0.answer.error != nil }) { throw ExitCode(1) }
    }
}

struct FactsListing: Displayable {
    let answers: [(node: NodeName, answer: GatherFacts.Answer)]

    var table: Table {
        Table(
            [
                .init("node"), .init("os_name", "SYSTEM", minimum: 12), .init("kernel", nil, minimum: 8),
                .init("architecture", "ARCH"), .init("cpus", nil, .right), .init("memory_bytes", "MEMORY", .right),
                .init("model", nil, minimum: 8), .init("addresses", nil, minimum: 15),
                .init("error", "TROUBLE", minimum: 10),
            ],
            rows: answers.map { node, answer in
                let facts = answer.facts
                return [
                    .text(node.text, .emphasis), .text(facts?.osName), .text(facts?.kernel), .text(facts?.architecture),
                    .count(facts?.processors), .bytes(facts?.memoryBytes), .text(facts?.model ?? facts?.processorModel),
                    Self.addresses(facts), .text(answer.error?.problem, .bad),
                ]
            }
        )
    }

    var document: JSONValue {
        let nodes = answers.map { node, answer -> (String, JSONValue) in
            (
                node.text,
                [
                    "facts": answer.facts?.document ?? .null,
                    "route": answer.route.map { .string($0.rawValue) } ?? .null,
                    "duration_ms": .int(answer.duration.milliseconds), "error": .failure(answer.error),
                ]
            )
        }
        let failed = answers.count { $0.answer.error != nil }
        return [
            "nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })),
            "summary": ["ok": .int(Int64(answers.count - failed)), "failed": .int(Int64(failed))],
        ]
    }

    /// Without the prefix length; the loopback ones tell nobody apart.
    private static func addresses(_ facts: NodeFacts?) -> Cell {
        let all = (facts?.addresses ?? []).filter { $0.interface != "lo" && !$0.address.hasPrefix("fe80:") }
        guard !all.isEmpty else { return .none }
        let shown = all.map { String($0.address.prefix { $0 != "/" }) }
        let text = TerminalText.visibleInline(shown.joined(separator: " "))
        return Cell(shown: StyledText(text), value: .array(all.map { .string($0.address) }))
    }
}
