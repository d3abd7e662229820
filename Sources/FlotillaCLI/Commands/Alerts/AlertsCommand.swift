import Alerting
import ArgumentParser
import FleetModel
import Operations

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "What fires, and why what was sent or not.",
        subcommands: [Listing.self, History.self]
    )

    struct Listing: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "What fires now.")
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let desk = try await context.composition.alerts(context.home(), config: context.config)
            context.show(AlertListing(alerts: try await desk.alerts()))
            let dead = try await desk.store.deliveries().filter(\.isDead)
            guard let last = dead.last else { return }
            let problem = last.problem ?? ""
            context.note(
                "\(dead.count) messages were given up, the last for \(last.order.place.text): \(problem)",
                .warning
            )
        }
    }

    struct History: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "history",
            abstract: "Every decision to send or not to send, with its reason; oldest first."
        )
        @Option(help: ArgumentHelp("Only what is younger, such as 2h or 7d.", valueName: "time")) var since: TimeSpan?
        @Option(help: ArgumentHelp("Only alerts with this in their labels.", valueName: "text")) var alert: String?
        @Option(help: ArgumentHelp("At most this many, the youngest.", valueName: "n")) var limit: Int = 200
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let desk = try await context.composition.alerts(context.home(), config: context.config)
            let start = since.map { desk.moment + (.zero - $0.duration) }
            let entries = try await desk.store.history(since: start, containing: alert, limit: max(1, limit))
            context.show(AlertHistoryListing(entries: entries))
        }
    }
}

private struct AlertListing: Displayable {
    let alerts: [RoutedAlert]

    var table: Table {
        Table(
            [
                .init("name", "ALERT"), .init("state"), .init("since", "SINCE"), .init("labels"),
                .init("receivers"), .init("reason", "WHY NOT SENT"),
            ],
            rows: alerts.map { view in
                let state = view.known.isStale ? "stale" : view.isSuppressed ? "held" : "firing"
                return [
                    .text(view.known.alert.name, .emphasis), .text(state, view.isSuppressed ? .muted : .bad),
                    .text(view.known.alert.startsAt.rfc3339),
                    .text(view.known.alert.labels.removing([Alert.nameLabel]).groupText),
                    .text(view.receivers.joined(separator: ", ")), .text(Self.reason(view)),
                ]
            },
            empty: "nothing fires"
        )
    }

    private static func reason(_ view: RoutedAlert) -> String? {
        var reasons: [String] = []
        if !view.silencedBy.isEmpty { reasons.append("silenced by " + view.silencedBy.joined(separator: ", ")) }
        if !view.inhibitedBy.isEmpty { reasons.append("inhibited") }
        if !view.mutedBy.isEmpty { reasons.append("behind " + view.mutedBy.joined(separator: ", ")) }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }
}

private struct AlertHistoryListing: Displayable {
    let entries: [AlertHistoryEntry]

    var table: Table {
        Table(
            [
                .init("at", "WHEN"), .init("event", "WHAT"), .init("alert"), .init("receiver"), .init("group"),
                .init("reason", "WHY"),
            ],
            rows: entries.map { entry in
                [
                    .text(entry.at.rfc3339), .text(entry.event, .emphasis), .text(entry.alert),
                    .text(entry.receiver.isEmpty ? nil : entry.receiver),
                    .text(entry.groupKey.isEmpty ? nil : entry.groupKey), .text(entry.reason),
                ]
            },
            empty: "nothing was decided yet"
        )
    }
}
