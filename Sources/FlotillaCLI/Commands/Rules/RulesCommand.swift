import ArgumentParser
import FleetModel
import Operations

struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Prometheus' rule files: check them, run their unit tests, try them on the stored past.",
        subcommands: [Check.self, Test.self, RulesBacktest.self, Stock.self]
    )

    struct Check: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Says what is wrong with rule files, every mistake with its place, as promtool check rules."
        )
        @Argument(help: "Rule files.") var files: [String]
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let reports = try files.map { try context.composition.checkRules($0) }
            context.show(RuleReports(reports: reports, noun: "rules"))
            if !reports.allSatisfy(\.isSound) { throw ExitCode(2) }
        }
    }

    struct Test: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Runs unit tests of rules, in the files of promtool test rules."
        )
        @Argument(help: "Files of unit tests; the rule files they name are looked for beside them.") var files: [String]
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            var reports: [RuleReport] = []
            for file in files { reports.append(try await context.composition.testRules(file)) }
            context.show(RuleReports(reports: reports, noun: "tests"))
            if !reports.allSatisfy(\.mistakes.isEmpty) { throw ExitCode(2) }
            if !reports.allSatisfy(\.isSound) { throw ExitCode(1) }
        }
    }

    struct Stock: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "stock",
            abstract: "Prints the rules that are in force where the configuration has no folder rules/."
        )
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            StandardStream.output.write(StockRules.text)
        }
    }
}

/// What was found in each file.
private struct RuleReports: Displayable {
    let reports: [RuleReport]
    let noun: String

    var table: Table {
        Table(
            [.init("file"), .init(noun, nil, .right), .init("verdict"), .init("detail", minimum: 10)],
            rows: reports.flatMap { report -> [[Cell]] in
                let verdict = Cell.text(report.isSound ? "ok" : "failed", report.isSound ? .good : .bad)
                let head: [Cell] = [.text(report.path, .emphasis), .text(String(report.count)), verdict]
                let details = Self.details(report)
                return details.isEmpty ? [head + [.text("")]] : details.map { head + [$0] }
            }
        )
    }

    private static func details(_ report: RuleReport) -> [Cell] {
        report.mistakes.map { .text($0, .bad) } + report.warnings.map { .text("warning: " + $0, .warning) }
            + report.tests.flatMap { test in test.failures.map { Cell.text("\(test.name): \($0)", .bad) } }
    }

    var document: JSONValue { .array(reports.map(\.document)) }

    func lines(on terminal: TerminalContext) -> [StyledText] {
        reports.flatMap { report -> [StyledText] in
            let count = "\(report.count) \(report.count == 1 ? String(noun.dropLast()) : noun)"
            let verdict =
                report.isSound
                ? StyledText("\(TerminalText.visible(report.path)): \(count), ok", .good)
                : StyledText("\(TerminalText.visible(report.path)): failed", .bad)
            let mistakes = report.mistakes.map { "  " + $0 }
            let warnings = report.warnings.map { "  warning: " + $0 }
            let failures = report.tests.flatMap { test in
                test.failures.flatMap { ["  \(test.name):"] + $0.split(separator: "\n").map { "    " + $0 } }
            }
            return [verdict] + (mistakes + warnings + failures).map { StyledText(TerminalText.visible($0)) }
        }
    }
}
