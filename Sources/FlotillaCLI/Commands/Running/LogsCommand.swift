import ArgumentParser
import FleetModel
import Operations

struct Logs: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "The last lines of nodes' logs, and what comes after them.",
        discussion: """
            Without --unit or --container: the container mcp-utc-time on a time node that has it, else the journal, else \
            /var/log/syslog or /var/log/messages.
            """
    )

    @Argument(help: "Which nodes.") var selector: String
    @Option(help: ArgumentHelp("The journal of this systemd unit.", valueName: "unit")) var unit: String?
    @Option(help: ArgumentHelp("What this container printed.", valueName: "container")) var container: String?
    @Option(help: ArgumentHelp("Lines from the end.", valueName: "n")) var tail = 100
    @Flag(name: .shortAndLong, help: "Stay and show what comes, until Ctrl-C.") var follow = false
    @Flag(help: "Read as root by sudo.") var sudo = false
    @Option(help: ArgumentHelp("For each node (default 1m; none with --follow).", valueName: "time")) var timeout:
        TimeSpan?
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let request = try LogRequest(unit: unit, container: container, tail: tail, follows: follow)
        let (screen, results) = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            let screen = ExecScreen(
                context: context,
                nodes: nodes.map(\.name),
                isSingle: nodes.count == 1 && nodes[0].name.text == selector,
                folds: false,
                now: fleet.now,
                clock: fleet.clock
            )
            let exec = Exec(shell: fleet.shell, record: WorkRecord(fleet))
            let order = order(request, on: nodes, home: fleet.home)
            let results = try await exec.run(order, routes: fleet.routes(inventory)) {
                screen.observe($0)
            }
            return (screen, results)
        }
        // Whoever follows ends it by Ctrl-C: that is no failure.
        let told = follow ? results.filter { $0.result.error?.kind != .cancelled } : results
        if !told.isEmpty { screen.finish(told) }
        if told.contains(where: { !$0.result.isSuccess }) { throw ExitCode(1) }
    }

    private func order(_ request: LogRequest, on nodes: [Node], home: Home) -> Exec.Order {
        // Whoever follows wants to hear from every node.
        var order = Exec.Order(
            command: request.title,
            nodes: nodes,
            fanout: request.follows ? max(1, nodes.count) : 256
        )
        order.script = { request.command(for: $0) }
        order.elevation = sudo ? Elevation() : nil
        order.deadlines.total = timeout?.duration ?? (request.follows ? nil : .seconds(60))
        order.limits.spillDirectory = home.spill
        // What was shown as it came need not be kept.
        if request.follows, [.table, .ndjson].contains(common.output) {
            order.limits = OutputLimits(memory: 4096, total: 4096)
        }
        return order
    }
}
