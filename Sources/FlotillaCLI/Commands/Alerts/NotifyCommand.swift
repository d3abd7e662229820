import Alerting
import ArgumentParser
import FleetModel
import Operations

struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Where alerts go.",
        subcommands: [Test.self]
    )

    struct Test: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Sends a message and its end through each way out of a receiver, and says what came of it."
        )
        @Argument(help: "A receiver of alertmanager.yml.") var receiver: String
        @Flag(name: .customLong("keep-firing"), help: "Leave the end out: what was opened stays open.")
        var keepsFiring = false
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let outcomes = try await context.composition.testNotifications(
                context.home(),
                config: context.config,
                to: receiver,
                isEnding: !keepsFiring
            )
            context.show(NotifyListing(outcomes: outcomes))
            if outcomes.contains(where: { $0.error != nil }) { throw ExitCode(1) }
        }
    }
}

private struct NotifyListing: Displayable {
    let outcomes: [NotifyTest.Outcome]

    var table: Table {
        Table(
            [
                .init("integration"), .init("message"), .init("result"), .init("code"), .init("problem", "WHY"),
                .init("advice", "DO"),
            ],
            rows: outcomes.map { outcome in
                [
                    .text(outcome.place.text, .emphasis), .text(outcome.isFiring ? "firing" : "resolved"),
                    outcome.error == nil ? .text("taken", .good) : .text("not taken", .bad),
                    .text(outcome.error?.code), .text(outcome.error?.problem), .text(outcome.error?.advice),
                ]
            }
        )
    }
}
