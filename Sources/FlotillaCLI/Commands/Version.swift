import ArgumentParser
import FleetModel

struct Version: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "The version, and those of the libraries that matter."
    )

    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        var fields: [Record.Field] = [.init("version", "flotilla", .text(context.composition.version))]
        for (library, version) in context.composition.libraries.sorted(by: { $0.key < $1.key }) {
            fields.append(.init(library, library, .text(version)))
        }
        context.show(Record([.init("", fields)]))
    }
}

struct Completions: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "The completion script of a shell."
    )

    @Argument(help: "bash, zsh or fish.") var shell: String
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        guard let shell = CompletionShell(rawValue: shell) else {
            throw UsageError(
                "unknown_shell",
                "no completions for “\(shell.quotedForMessage)”",
                advice: "one of: bash, zsh, fish"
            )
        }
        StandardStream.output.write(FlotillaCommand.completionScript(for: shell))
    }
}
