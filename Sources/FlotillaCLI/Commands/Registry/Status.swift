import ArgumentParser
import FleetModel
import Operations

struct Status: FleetCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "The fleet in a few lines.")

    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let view = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let polls = try await fleet.samples.latest(of: Array(inventory.nodes.keys))
            let health = await fleet.daemonHealth()
            let desk = try? await context.composition.alerts(context.home(), config: context.config)
            return StatusView(
                nodes: Array(inventory.nodes.values),
                figures: FleetFigures(polls.values),
                alerts: try await .taken(from: fleet.samples, desk, at: fleet.now()),
                health: health
            )
        }
        context.show(view)
    }
}

extension Fleet {
    /// What the daemon says of itself; nil where none runs.
    func daemonHealth() async -> DaemonHealth? {
        guard let daemon else { return nil }
        do {
            return try await daemon.health()
        } catch {
            // It ended between our connecting and our asking: then none runs.
            return nil
        }
    }
}

/// The contract's `status` document.
struct StatusView: Displayable {
    let nodes: [Node]
    let figures: FleetFigures
    let alerts: AlertCounts
    let health: DaemonHealth?

    private func count(_ word: String) -> Int { nodes.count { $0.status.word == word } }

    var document: JSONValue {
        [
            "nodes": [
                "total": .int(Int64(nodes.count)), "up": .int(Int64(count("up"))), "down": .int(Int64(count("down"))),
                "unknown": .int(Int64(count("unknown"))), "quarantined": .int(Int64(count("quarantined"))),
            ],
            "alerts": alerts.document,
            "collector": [
                "running": .bool(health != nil), "interval_s": health.map { .double($0.interval.seconds) } ?? .null,
                "last_cycle_ms": health?.lastCycle.map { .int($0.milliseconds) } ?? .null,
                "overruns": .int(Int64(health?.overruns ?? 0)), "pid": health.map { .int(Int64($0.process)) } ?? .null,
                "since": health.map { .string($0.since.rfc3339) } ?? .null,
                "listen": health?.listen.map { .string($0) } ?? .null,
            ],
            "fleet_metrics": figures.document,
        ]
    }

    var table: Table { record.table }

    func lines(on terminal: TerminalContext) -> [StyledText] { record.lines(on: terminal) }

    private var record: Record {
        Record(
            [
                .init(
                    "Nodes",
                    [
                        .init("total", "total", .count(nodes.count)), .init("up", "up", Cell("\(count("up"))", .good)),
                        .init("down", "down", Cell("\(count("down"))", count("down") > 0 ? .bad : .plain)),
                        .init("unknown", "unknown", .count(count("unknown"))),
                        .init(
                            "quarantined",
                            "quarantined",
                            Cell("\(count("quarantined"))", count("quarantined") > 0 ? .bad : .plain)
                        ),
                    ]
                ),
                .init("Alerts", alerts.fields),
                .init("Collector", collector),
                .init("Fleet", figures.fields),
            ].filter { !$0.fields.isEmpty }
        )
    }

    private var collector: [Record.Field] {
        guard let health else {
            return [.init("running", "running", .text("no: flotilla collector start", .warning))]
        }
        return [
            .init("running", "running", .text("yes, process \(health.process)", .good)),
            .init("interval", "interval", .duration(health.interval)),
            .init("last_cycle", "last round", .duration(health.lastCycle)),
            .init("overruns", "overruns", .count(health.overruns)),
        ]
    }
}

/// Sums over the latest polls of all nodes.
struct FleetFigures: Sendable {
    var points: Double?
    var reputation: Double?
    var egress: Double?
    var minRank: Double?
    var maxRank: Double?

    init(_ polls: some Sequence<PollRecord>) {
        for sample in polls.lazy.flatMap(\.samples) {
            switch sample.name {
            case "pipe_points": points = (points ?? 0) + sample.value
            case "pipe_reputation": reputation = (reputation ?? 0) + sample.value
            case "pipe_egress_bytes": egress = (egress ?? 0) + sample.value
            case "pipe_rank":
                minRank = min(minRank ?? sample.value, sample.value)
                maxRank = max(maxRank ?? sample.value, sample.value)
            default: break
            }
        }
    }

    var document: JSONValue {
        [
            "total_points": .double(points ?? 0), "total_reputation": .double(reputation ?? 0),
            "total_egress_bytes": .double(egress ?? 0), "min_rank": minRank.map { .double($0) } ?? .null,
            "max_rank": maxRank.map { .double($0) } ?? .null,
        ]
    }

    var fields: [Record.Field] {
        guard points != nil || egress != nil || minRank != nil else { return [] }
        let ranks = minRank.flatMap { low in maxRank.map { "\(HumanUnits.count(low)) to \(HumanUnits.count($0))" } }
        return [
            .init("points", "points", .number(points, places: 0)),
            .init("reputation", "reputation", .number(reputation, places: 1)),
            .init("egress", "egress", .bytes(egress)), .init("ranks", "ranks", .text(ranks)),
        ]
    }
}
