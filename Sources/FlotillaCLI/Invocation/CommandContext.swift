package import ArgumentParser
package import FleetModel
import Glibc
package import Operations

/// What every command has at hand: the options, the wiring, and the two streams.
package struct CommandContext: Sendable {
    package let common: CommonOptions
    package let composition: any Composition
    package let output: TerminalContext
    package let errors: TerminalContext

    init(_ common: CommonOptions) throws {
        guard let composition = Wiring.composition else {
            throw StateError("not_wired", "the commands were started without their adapters")
        }
        self.common = common
        self.composition = composition
        self.output = TerminalContext.of(descriptor: 1, noColor: common.noColor)
        self.errors = TerminalContext.of(descriptor: 2, noColor: common.noColor)
    }

    /// The home that this call means.
    ///
    /// - Throws: `StateError` when neither `--home` nor the environment names one.
    package func home() throws(StateError) -> Home {
        if let path = common.home {
            // An unset variable in a script (--home "$DIR") must not make a fleet of the current folder.
            guard !path.isEmpty else { throw StateError("no_home", "--home is empty", advice: "name a folder") }
            return Home(path: Self.absolute(path))
        }
        guard let home = Home.standard(environment: composition.environment) else {
            throw StateError("no_home", "there is no HOME to keep the fleet in", advice: "name one with --home")
        }
        return Home(path: Self.absolute(home.path))
    }

    /// The configuration folder of this call; nil means the one in the home.
    package var config: String? {
        let named = common.config ?? composition.environment["FLOTILLA_CONFIG"]
        return named.flatMap { $0.isEmpty ? nil : Self.absolute($0) }
    }

    /// Opens the fleet, hands it to the body and closes it.
    ///
    /// `readingSettings` is false for commands that connect to no node: they work beside a wrong configuration.
    package func withFleet<R: Sendable>(readingSettings: Bool = true, _ body: (Fleet) async throws -> R) async throws
        -> R
    {
        let fleet = try await composition.open(
            home(),
            config: config,
            acceptNewHostKeys: common.acceptNewHostKeys || !readingSettings
        )
        do {
            let result = try await body(fleet)
            await fleet.close()
            return result
        } catch {
            await fleet.close()
            throw error
        }
    }

    /// Results, to stdout.
    package func show(_ result: some Displayable) {
        StandardStream.output.write(result.text(as: common.output, on: output, yaml: composition.yaml))
    }

    /// A line for people about what was done: nothing off `table`, nothing with `--quiet`.
    package func say(_ text: String, _ style: Style = .plain) {
        guard !common.quiet, common.output == .table else { return }
        StandardStream.output.write(
            StyledText(TerminalText.visible(text), style).rendered(colour: output.colour) + "\n"
        )
    }

    /// Progress and warnings, to stderr.
    package func note(_ text: String, _ style: Style = .muted) {
        guard !common.quiet else { return }
        StandardStream.errors.write(
            StyledText(TerminalText.visible(text), style).rendered(colour: errors.colour) + "\n"
        )
    }

    /// An absolute path, `~` taken for the user's own folder, without a trailing slash.
    package static func absolute(_ path: String) -> String {
        let path = UserPath.expanded(path)
        var whole = path
        if !path.hasPrefix("/"), let here = getcwd(nil, 0) {
            whole = String(cString: here) + "/" + path
            free(here)
        }
        while whole.count > 1, whole.hasSuffix("/") { whole.removeLast() }
        return whole
    }

    /// Asks a question whose answer must be yes.
    ///
    /// - Throws: `UsageError` off a terminal without `--yes`, and when the answer is no.
    package func confirm(_ question: String) throws(UsageError) {
        if common.yes { return }
        guard isatty(0) == 1, errors.isTerminal else {
            throw UsageError(
                "wants_confirmation",
                "\(question) — nobody can be asked here",
                advice: "say it with --yes"
            )
        }
        StandardStream.errors.write(TerminalText.visible(question) + " [y/N] ")
        let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else {
            throw UsageError("not_confirmed", "not confirmed: nothing was done")
        }
    }
}

/// A command of Flotilla: the options of all commands, and the work.
package protocol FleetCommand: AsyncParsableCommand {
    var common: CommonOptions { get }
    func run(in context: CommandContext) async throws
}

extension FleetCommand {
    package mutating func run() async throws {
        try await run(in: CommandContext(common))
    }
}
