import ArgumentParser
import FleetModel
import Operations

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "The hash-chained record of who did what.",
        subcommands: [Listing.self, Verify.self]
    )

    struct Listing: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "The record, oldest first.")
        @Option(help: "Only this node's.") var node: String?
        @Option(help: ArgumentHelp("Only what is younger, such as 2h or 7d.", valueName: "time")) var since: TimeSpan?
        @Option(help: ArgumentHelp("At most this many, the youngest.", valueName: "n")) var limit: Int = 200
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let records = try await context.withFleet { fleet in
                let name = try node.map { try NodeName($0) }
                let start = since.map { fleet.now() + (.zero - $0.duration) }
                return try await fleet.audit.entries(node: name, since: start, limit: max(1, limit))
            }
            context.show(AuditListing(records: records))
        }
    }

    struct Verify: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "verify", abstract: "Walks the whole chain.")
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let broken = try await context.withFleet { try await $0.audit.firstBrokenRecord() }
            guard let broken else {
                if context.common.output != .table { context.show(WholeRecord()) }
                return context.say("the record is whole", .good)
            }
            throw StateError(
                "audit_broken",
                "the audit record was changed: record \(broken) does not fit the one before",
                advice: "compare with a backup; what stands after it cannot be trusted"
            )
        }
    }
}

/// What `audit verify` says to a script.
private struct WholeRecord: Displayable {
    var table: Table { Table([.init("whole")], rows: [[.text("true")]]) }
    var document: JSONValue { ["whole": true] }
}

private struct AuditListing: Displayable {
    let records: [RecordedAudit]

    var table: Table {
        Table(
            [
                .init("sequence", "#", .right), .init("at", "WHEN"), .init("actor", "WHO"), .init("action", "WHAT"),
                .init("node"), .init("detail"),
            ],
            rows: records.map { record in
                [
                    .count(Int(record.sequence)), .text(record.at.rfc3339), .text(record.actor.name),
                    .text(record.entry.action, .emphasis), .text(record.entry.node?.text),
                    Cell(
                        shown: StyledText(TerminalText.visible(record.entry.detail.text())),
                        value: record.entry.detail
                    ),
                ]
            },
            empty: "nothing recorded"
        )
    }
}
