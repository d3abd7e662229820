import ArgumentParser
import FleetModel
import Operations
import TimeSeries

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "The sample store: what is in it, and ways in and out.",
        subcommands: [Import.self, Export.self, Stats.self]
    )

    struct Stats: FleetCommand {
        static let configuration = CommandConfiguration(abstract: "How much is stored, and how finely.")
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let statistics = try await context.withFleet(readingSettings: false) { try await $0.samples.statistics() }
            context.show(Self.record(statistics))
        }

        private static func record(_ statistics: StoreStatistics) -> Record {
            func rows(_ resolution: Resolution) -> Cell { .count(statistics.rows[resolution] ?? 0) }
            return Record([
                .init(
                    "",
                    [
                        .init("sources", "targets", .count(statistics.sources)),
                        .init("templates", "kinds of series", .count(statistics.templates)),
                        .init("used_bytes", "in use", .bytes(Double(statistics.usedBytes))),
                        .init("file_bytes", "file", .bytes(Double(statistics.fileBytes))),
                        .init("journal_rows", "polls not yet folded", .count(statistics.journalRows)),
                        .init("raw_rows", "chunks", rows(.raw)),
                        .init("five_minute_rows", "five-minute rollups", rows(.fiveMinutes)),
                        .init("hour_rows", "one-hour rollups", rows(.hour)),
                    ]
                )
            ])
        }
    }
}
