import ArgumentParser
import FleetModel
import Operations

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The fleet's own keys, and who else may log in.",
        subcommands: [Listing.self, KeysRotate.self, KeysRevoke.self, KeysAudit.self]
    )

    struct Listing: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The two keys and their authorized_keys lines."
        )
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let keys = try await context.withFleet { try $0.keys.keys() }
            context.show(KeyListing(keys: keys))
            for purpose in KeyPurpose.allCases where keys.next[purpose] != nil {
                context.note(
                    "the \(purpose.rawValue) key is being rotated: this is the new one, some nodes may know only "
                        + "\(keys[purpose].fingerprint); go on with: flotilla keys rotate \(purpose.rawValue)",
                    .warning
                )
            }
        }
    }
}

/// How the work on keys goes about the nodes.
struct KeyWorkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("For each step on a node (default 60s).", valueName: "time"))
    var timeout = TimeSpan(.seconds(60))
    @Option(help: ArgumentHelp("Nodes at work at the same time.", valueName: "n"))
    var fanout = 64

    func validate() throws {
        guard fanout > 0 else { throw ValidationError("--fanout must be at least 1") }
    }

    var deadlines: Deadlines { Deadlines(total: timeout.duration) }
}

extension Table {
    /// Each piece of advice once, as lines under a table.
    static func advice(_ errors: [(any Explained)?]) -> [StyledText] {
        var told: Set<String> = []
        return errors.compactMap { $0?.advice }.filter { told.insert($0).inserted }.prefix(5).map {
            StyledText("do: ", .muted) + StyledText(TerminalText.visibleInline($0))
        }
    }
}
