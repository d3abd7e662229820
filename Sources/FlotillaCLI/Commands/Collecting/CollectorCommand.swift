import ArgumentParser
import FleetModel
import Operations

struct CollectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collector",
        abstract: "The daemon that collects in the background.",
        subcommands: [Start.self, Stop.self, StatusOf.self]
    )

    struct Start: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Starts collecting, every MINUTES or --interval."
        )
        @Argument(help: "Minutes between two polls of a node.") var minutes: Int?
        @Option(help: ArgumentHelp("Finer than minutes, such as 15s.", valueName: "time")) var interval: TimeSpan?
        @Option(help: ArgumentHelp("Where the HTTP API listens, or off.", valueName: "address")) var listen: ListenWord?
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let interval = try CollectInterval.checked(minutes: minutes, interval)
            let health = try await context.composition.startDaemon(
                context.home(),
                config: context.config,
                interval: interval,
                listen: listen?.listening
            )
            context.show(CollectorView(health: health))
        }
    }

    struct Stop: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "stop", abstract: "Stops collecting.")
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let wasRunning = try await context.withFleet(readingSettings: false) { fleet -> Bool in
                guard let daemon = fleet.daemon, let health = await fleet.daemonHealth() else { return false }
                do {
                    try await daemon.stop()
                } catch let error as StateError where error.code == "state.daemon_gone" {
                    // It ended before its answer was on the way: that is what was asked for.
                }
                try await fleet.waitForEnd(of: health)
                return true
            }
            context.say(wasRunning ? "the collector has stopped" : "no collector was running")
        }
    }

    struct StatusOf: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Whether it collects, and how well."
        )
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let health = try await context.withFleet(readingSettings: false) { await $0.daemonHealth() }
            context.show(CollectorView(health: health))
        }
    }
}

struct Serve: FleetCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "The daemon in the foreground.")
    @Option(help: ArgumentHelp("Between two polls of a node (default 15s).", valueName: "time")) var interval: TimeSpan?
    @Option(help: ArgumentHelp("Where the HTTP API listens (default 127.0.0.1:8420), or off.", valueName: "address"))
    var listen: ListenWord?
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let interval = try CollectInterval.checked(minutes: nil, interval)
        try await context.composition.serve(
            context.home(),
            config: context.config,
            interval: interval,
            listen: listen?.listening
        )
    }
}

/// `127.0.0.1:8420`, `:8420`, `[::1]:8420` or `off`.
struct ListenWord: ExpressibleByArgument, Hashable {
    let listening: Listening

    init?(argument: String) {
        guard let listening = Listening(argument) else { return nil }
        self.listening = listening
    }
}

/// From one second to a day; nil where the call says nothing, and the configuration decides.
enum CollectInterval {
    static func checked(minutes: Int?, _ span: TimeSpan?) throws(UsageError) -> Duration? {
        if minutes != nil, span != nil {
            throw UsageError(
                "two_intervals",
                "MINUTES and --interval say the same thing twice",
                advice: "give one of them"
            )
        }
        guard let interval = span?.duration ?? minutes.map({ .seconds(60 * $0) }) else { return nil }
        guard interval >= .seconds(1), interval <= .seconds(86_400) else {
            throw UsageError("bad_interval", "the interval is out of range", advice: "from 1s to 24h")
        }
        return interval
    }
}

extension Fleet {
    /// Returns when the daemon answers no more; it has ten seconds to end its work.
    func waitForEnd(of health: DaemonHealth) async throws {
        for _ in 0..<100 {
            guard await daemonHealth() != nil else { return }
            try await clock.sleep(for: .milliseconds(100))
        }
        throw StateError(
            "not_stopping",
            "the daemon (process \(health.process)) does not end",
            advice: "run: kill \(health.process)"
        )
    }
}

private struct CollectorView: Displayable {
    let health: DaemonHealth?

    var table: Table { record.table }

    var document: JSONValue {
        [
            "running": .bool(health != nil), "pid": health.map { .int(Int64($0.process)) } ?? .null,
            "since": health.map { .string($0.since.rfc3339) } ?? .null,
            "interval_s": health.map { .double($0.interval.seconds) } ?? .null,
            "last_cycle_ms": health?.lastCycle.map { .int($0.milliseconds) } ?? .null,
            "overruns": .int(Int64(health?.overruns ?? 0)), "version": health.map { .string($0.version) } ?? .null,
            "settings_read_at": health?.settingsReadAt.map { .string($0.rfc3339) } ?? .null,
            "settings_refused": health?.settingsRefusal.map { .string($0) } ?? .null,
            "listen": health?.listen.map { .string($0) } ?? .null,
        ]
    }

    func lines(on terminal: TerminalContext) -> [StyledText] { record.lines(on: terminal) }

    private var record: Record {
        guard let health else {
            return Record([
                .init(
                    "",
                    [
                        .init("running", "collector", .text("not running", .warning)),
                        .init("advice", "to start it", .text("flotilla collector start")),
                    ]
                )
            ])
        }
        return Record([
            .init(
                "",
                [
                    .init("running", "collector", .text("running", .good)),
                    .init("pid", "process", .count(Int(health.process))),
                    .init("interval", "interval", .duration(health.interval)),
                    .init("since", "since", .text(health.since.rfc3339)),
                    .init("listen", "HTTP API", .text(health.listen ?? "off")),
                    .init("last_cycle", "last round", .duration(health.lastCycle)),
                    .init("overruns", "overruns", .count(health.overruns)),
                    .init("settings_read_at", "settings read", .text(health.settingsReadAt?.rfc3339)),
                ]
                    + (health.settingsRefusal.map {
                        [.init("settings_refused", "settings refused", .text($0, .bad))]
                    } ?? [])
            )
        ])
    }
}
