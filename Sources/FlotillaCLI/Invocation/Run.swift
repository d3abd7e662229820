import ArgumentParser
import FleetModel

/// One whole run of the program: words in, exit code out.
package enum Run {
    /// - `arguments`: everything after the program's name.
    package static func main(_ arguments: [String], composition: any Composition) async -> Int32 {
        let code = await perform(arguments, composition)
        guard let reason = StandardStream.lostOutput else { return code }
        let words = Invocation(arguments).words
        let terminal = TerminalContext.of(descriptor: 2, noColor: words.contains("--no-color"))
        let error = StateError("output_lost", "standard output cannot be written: \(reason)")
        StandardStream.errors.write(ErrorBlock(error).text(as: .table, on: terminal))
        // What was asked for was done; only its report is not whole.
        return code == 0 ? 1 : code
    }

    private static func perform(_ arguments: [String], _ composition: any Composition) async -> Int32 {
        let words = Invocation(arguments).words
        return await Wiring.$composition.withValue(composition) {
            do {
                try PlannedCommands.check(words)
                var command = try FlotillaCommand.parseAsRoot(words)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                return 0
            } catch {
                return report(error, words: words)
            }
        }
    }

    private static func report(_ error: any Error, words: [String]) -> Int32 {
        if let explained = error is CancellationError ? Stopped() : error as? any Explained {
            let format = outputFormat(in: words)
            let terminal = TerminalContext.of(descriptor: 2, noColor: words.contains("--no-color"))
            let text = ErrorBlock(explained).text(as: format, on: terminal)
            // A script that asked for JSON reads stdout; people read stderr.
            (format == .json || format == .ndjson ? StandardStream.output : .errors).write(text)
            return exitCode(of: explained)
        }
        if let code = error as? ExitCode { return code.rawValue }
        let code = FlotillaCommand.exitCode(for: error)
        let message = FlotillaCommand.fullMessage(for: error)
        if code.isSuccess {
            StandardStream.output.write(message + "\n")
            return 0
        }
        return refuse(error, message, words: words)
    }

    private static func refuse(_ error: any Error, _ message: String, words: [String]) -> Int32 {
        let format = outputFormat(in: words)
        guard format == .json || format == .ndjson else {
            StandardStream.errors.write(message + "\n")
            return 2
        }
        let problem = FlotillaCommand.message(for: error)
        let block = ErrorBlock(UsageError("bad_call", problem, advice: "see: flotilla help"))
        StandardStream.output.write(block.text(as: format, on: .plain))
        return 2
    }

    private static func exitCode(of error: any Explained) -> Int32 {
        if error.code == "promql.bad_query" { return 2 }
        return switch error.code.prefix(while: { $0 != "." }) {
        case "usage": 2
        case "state": 3
        default: 1
        }
    }

    /// The format that the call asked for, read before (or without) a successful parse.
    private static func outputFormat(in words: [String]) -> OutputFormat {
        let ours = words.prefix { $0 != "--" }
        for (word, next) in zip(ours, ours.dropFirst() + [""]) {
            if word == "-o" || word == "--output" { return OutputFormat(rawValue: next) ?? .table }
            if word.hasPrefix("--output=") { return OutputFormat(rawValue: String(word.dropFirst(9))) ?? .table }
            if word.hasPrefix("-o"), let format = OutputFormat(rawValue: String(word.dropFirst(2))) { return format }
        }
        return .table
    }
}
