import ArgumentParser
import FleetModel
import Operations

/// The options of everything that runs on nodes.
struct RunningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Connect, log-in and command together, for each node (default 10m).", valueName: "time"))
    var timeout: TimeSpan?
    @Option(help: ArgumentHelp("Nodes at work at the same time.", valueName: "n")) var fanout: Int = 256
    @Flag(help: "Run as root by sudo.") var sudo = false
    @Option(name: .customLong("sudo-user"), help: ArgumentHelp("Run as this user by sudo.", valueName: "user"))
    var sudoUser: String?
    @Flag(name: .customLong("ask-sudo-password"), help: "Ask for sudo's password once.") var askSudoPassword = false
    @Option(help: ArgumentHelp("A file that the command reads.", valueName: "file")) var stdin: String?
    @Flag(inversion: .prefixedNo, help: "Show equal outputs once, at the end.") var fold = true
    @Flag(name: .customLong("fail-fast"), help: "Start no further node after the first that fails.") var failFast =
        false
    @Option(help: ArgumentHelp("Write NODE.out and NODE.err there, raw and whole.", valueName: "dir")) var outdir:
        String?

    func validate() throws {
        guard fanout > 0 else { throw ValidationError("--fanout must be at least 1") }
        if let timeout, timeout.duration <= .zero { throw ValidationError("--timeout must be more than nothing") }
    }

    /// - Throws: `UsageError` when a password is wanted and nobody can be asked.
    func order(_ command: String, on nodes: [Node], home: Home, context: CommandContext) throws -> Exec.Order {
        var order = Exec.Order(command: command, nodes: nodes, fanout: fanout)
        order.failFast = failFast
        order.limits.spillDirectory = home.spill
        if context.common.output == .json { order.limits.memory = 4 << 20 }
        if let timeout { order.deadlines.total = timeout.duration }
        if let stdin { order.stdin = .file(path: try InputFile(stdin).checked()) }
        if sudo || sudoUser != nil || askSudoPassword {
            let password = askSudoPassword ? try PasswordPrompt.ask("sudo password: ") : nil
            order.elevation = Elevation(user: sudoUser ?? "root", password: password)
        }
        return order
    }
}

struct ExecCommand: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Runs a command on nodes; on exactly one named node its exit code is ours."
    )

    @Argument(help: "Which nodes.") var selector: String
    @Argument(parsing: .remaining, help: "The command, given to the node's shell.") var command: [String]
    @OptionGroup var running: RunningOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        try await ExecRun(words: command, selector: selector, running: running, selection: selection).run(in: context)
    }
}

struct ExecAll: FleetCommand {
    static let configuration = CommandConfiguration(commandName: "exec-all", abstract: "Runs a command on every node.")

    @Argument(parsing: .remaining, help: "The command, given to the node's shell.") var command: [String]
    @OptionGroup var running: RunningOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        try await ExecRun(words: command, selector: "all", running: running, selection: selection).run(in: context)
    }
}

struct GroupExec: FleetCommand {
    static let configuration = CommandConfiguration(commandName: "exec", abstract: "Runs a command on a group's nodes.")

    @Argument(help: "The group.") var group: String
    @Argument(parsing: .remaining, help: "The command, given to the node's shell.") var command: [String]
    @OptionGroup var running: RunningOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let name = try GroupName(group)
        try await ExecRun(words: command, selector: "@\(name)", running: running, selection: selection).run(in: context)
    }
}
