import ArgumentParser
import FleetModel
import Operations

struct DashboardCommand: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "The live view; off a terminal or with --once, one table."
    )

    @Flag(help: "One table, then the end.") var once = false
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        try await context.withFleet { fleet in
            let source = DashboardSource(fleet: fleet)
            guard context.output.isTerminal, !once, common.output == .table else {
                let model = try await source.model()
                return context.show(model.table(at: fleet.now(), glyphs: context.output.glyphs))
            }
            _ = try await source.model()
            let clock = fleet.clock
            let sources = DashboardShell.Sources(
                model: { try await source.model() },
                detail: { try await source.detail(of: $0) },
                matching: { (text) throws(UsageError) in try source.matching(text) },
                now: fleet.now,
                sleep: { try await clock.sleep(for: $0) }
            )
            try await DashboardShell(sources, on: context.output).run()
        }
    }
}
