import Alerting
import ArgumentParser
import FleetModel
import Operations

struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Keeps alerts from being sent for a while.",
        subcommands: [Add.self, Listing.self, Expire.self]
    )

    struct Add: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Silences the alerts that all matchers take in, from now on."
        )
        @Argument(help: ArgumentHelp("Such as alertname=NodeDown node=~'pi-.*'.", valueName: "matcher"))
        var matchers: [String]
        @Option(help: ArgumentHelp("How long, such as 30m or 2d.", valueName: "time")) var duration = TimeSpan(
            .seconds(3600)
        )
        @Option(help: "Why: others will ask.") var comment: String = ""
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            var parsed: [LabelMatcher] = []
            for text in matchers {
                do throws(MatcherError) {
                    parsed += try MatcherSyntax.parse(text)
                } catch {
                    throw UsageError("bad_matcher", error.problem, advice: "such as node=pi-1 or severity=~'warn.*'")
                }
            }
            let desk = try await context.composition.alerts(context.home(), config: context.config)
            let silence = try await desk.silence(
                parsed,
                for: duration.duration,
                by: context.composition.operatorName,
                comment: comment
            )
            context.show(SilenceListing(silences: [(silence, .active)]))
        }
    }

    struct Listing: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "The silences.")
        @Flag(help: "Those that are over as well.") var expired = false
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let desk = try await context.composition.alerts(context.home(), config: context.config)
            context.show(SilenceListing(silences: try await desk.silences(withExpired: expired)))
        }
    }

    struct Expire: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "expire", abstract: "Ends silences now.")
        @Argument(help: ArgumentHelp("Numbers of silences.", valueName: "id")) var ids: [String]
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let desk = try await context.composition.alerts(context.home(), config: context.config)
            for id in ids {
                try await desk.expire(id)
                context.say("expired \(id)", .good)
            }
        }
    }
}

private struct SilenceListing: Displayable {
    let silences: [(silence: Silence, state: Silence.State)]

    var table: Table {
        Table(
            [
                .init("id"), .init("state"), .init("matchers"), .init("starts_at", "FROM"), .init("ends_at", "UNTIL"),
                .init("created_by", "BY"), .init("comment"),
            ],
            rows: silences.map { silence, state in
                [
                    .text(silence.id), .text(state.rawValue, state == .active ? .emphasis : .muted),
                    .text(silence.matchers.alertText), .text(silence.startsAt.rfc3339),
                    .text(silence.endsAt.rfc3339), .text(silence.createdBy),
                    .text(silence.comment.isEmpty ? nil : silence.comment),
                ]
            },
            empty: "no silences"
        )
    }
}
