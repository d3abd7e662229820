import ArgumentParser
import FleetModel
import Operations

struct RulesBacktest: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "What alerting rules would have done over the stored past, and what longer waits would have saved."
    )
    @Argument(help: "A rule file.") var file: String
    @Option(help: ArgumentHelp("How far to look back.", valueName: "span")) var since = TimeSpan(.seconds(30 * 86_400))
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let reports = try await context.withFleet(readingSettings: false) { fleet in
            try await context.composition.backtestRules(file, over: fleet, since: since.duration)
        }
        context.show(BacktestListing(reports: reports))
        if reports.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
    }
}

/// Each rule as it is, and with longer waits.
private struct BacktestListing: Displayable {
    let reports: [BacktestRun.Report]

    var table: Table {
        Table(
            [
                .init("rule"), .init("for"), .init("keep"), .init("firings", nil, .right), .init("pages", nil, .right),
                .init("time"), .init("nodes", minimum: 8, maximum: 60), .init("detail", minimum: 8),
            ],
            rows: reports.flatMap(\.rows).map { row in row.map { Cell.text($0) } },
            empty: "no alerting rules"
        )
    }

    var document: JSONValue { .array(reports.map(\.document)) }
}
