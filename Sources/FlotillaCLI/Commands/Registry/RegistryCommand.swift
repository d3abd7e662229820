import ArgumentParser
import FleetModel
import Operations

struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Copies of the registry and its audit record, to come back to.",
        subcommands: [Listing.self, Copying.self, Restoring.self]
    )

    struct Listing: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The copies in HOME/backups, newest first."
        )
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let paths = try context.composition.registryCopies(context.home())
            context.show(Table([.init("copy")], rows: paths.map { [Cell($0)] }, empty: "no copies"))
        }
    }

    struct Copying: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "copy",
            abstract: "Makes a verified copy; without a file in HOME/backups, where the newest seven are kept.",
            discussion:
                "A copy of the home needs its keys folder as well: the fleet's keys, and the key of sealed variables."
        )
        @Argument(help: "A file that is not there yet.") var file: String?
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let path = try await context.composition.copyRegistry(
                context.home(),
                to: file.map(CommandContext.absolute)
            )
            context.show(Table([.init("copy")], rows: [[Cell(path)]]))
        }
    }

    struct Restoring: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Puts a copy in the registry's place; what was there is kept beside it."
        )
        @Argument(help: "A copy that `registry list` names, or any other.") var file: String
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let file = CommandContext.absolute(file)
            try context.confirm("put \(file) in the registry's place?")
            let aside = try await context.composition.restoreRegistry(context.home(), from: file)
            context.show(
                Record([
                    .init(
                        "",
                        [
                            .init("restored", "restored from", .text(file, .good)),
                            .init("kept", "kept beside it", .text(aside)),
                        ]
                    )
                ])
            )
        }
    }
}
