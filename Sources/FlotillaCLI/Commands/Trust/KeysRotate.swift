import ArgumentParser
import FleetModel
import Operations

struct KeysRotate: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Changes a key of the fleet on its nodes, without ever locking anybody out.",
        discussion: """
            A new pair is made beside the old one. On every node the new line goes beside the old one, the new key is proven by \
            a log-in of its own, and only then the old line goes. A node that fails keeps the old key and is listed; run again, \
            it goes on where it stopped. The old private key is deleted when no registered node needs it.
            """
    )

    @Argument(help: "collect or operate (both without it), then which nodes.") var words: [String] = []
    @OptionGroup var work: KeyWorkOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard selector.count < 2 else {
            throw ValidationError("one selector is enough: flotilla keys rotate [collect|operate] [SELECTOR]")
        }
    }

    private var purpose: KeyPurpose? { words.first.flatMap { KeyPurpose(rawValue: $0) } }
    private var selector: ArraySlice<String> { words.dropFirst(purpose == nil ? 0 : 1) }

    func run(in context: CommandContext) async throws {
        let purposes = purpose.map { [$0] } ?? KeyPurpose.allCases
        let outcomes = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector.first ?? "all", selection, isImplied: selector.isEmpty)
                .nodes(in: inventory)
            try context.confirm(question(purposes, nodes, try fleet.keys.keys()))
            var outcomes: [RotateKeys.Outcome] = []
            do {
                for purpose in purposes {
                    outcomes.append(try await rotate(purpose, nodes, fleet, context))
                }
            } catch is CancellationError {
                throw Stopped(goOn: "flotilla keys rotate" + (purpose.map { " " + $0.rawValue } ?? ""))
            }
            return outcomes
        }
        context.show(RotationListing(outcomes: outcomes))
        if outcomes.contains(where: { $0.reports.contains { $0.report.state == .failed } }) { throw ExitCode(1) }
    }

    private func question(_ purposes: [KeyPurpose], _ nodes: [Node], _ keys: KeyRing) -> String {
        let names = purposes.map(\.rawValue).joined(separator: " and ")
        let verb = purposes.contains { keys.next[$0] != nil } ? "go on changing" : "change"
        let many = purposes.count > 1 ? "keys" : "key"
        let place = nodes.isEmpty ? "no node" : NodeSetText.fold(nodes.map(\.name))
        return "\(verb) the \(names) \(many) on \(place)?"
    }

    private func rotate(
        _ purpose: KeyPurpose,
        _ nodes: [Node],
        _ fleet: Fleet,
        _ context: CommandContext
    ) async throws -> RotateKeys.Outcome {
        var order = RotateKeys.Order(purpose, nodes: nodes)
        order.fanout = work.fanout
        order.deadlines = work.deadlines
        let progress = NodeProgress(total: nodes.count, context: context, now: fleet.now)
        defer { progress.end() }
        let rotation = RotateKeys(shell: fleet.ownShell, folder: fleet.keys, record: WorkRecord(fleet))
        let outcome = try await rotation.run(order, entropy: { UInt64.random(in: 0 ... .max) }) { node, report in
            progress.finished(node, RotationListing.line(purpose, report), isFailure: report.state == .failed)
        }
        // A daemon's connections stand on the old key.
        if fleet.daemon != nil { for (node, _) in outcome.reports { await fleet.shell.forget(node) } }
        return outcome
    }
}

/// How a rotation ended, key by key and node by node.
struct RotationListing: Displayable {
    let outcomes: [RotateKeys.Outcome]

    var table: Table {
        Table(
            [
                .init("key"), .init("node"), .init("state"), .init("duration", nil, .right),
                .init("error", "TROUBLE", minimum: 10),
            ],
            rows: outcomes.flatMap { outcome in
                outcome.reports.map { node, report in
                    [
                        .text(outcome.new.purpose.rawValue), .text(node.text, .emphasis), Self.state(report.state),
                        .duration(report.duration), .text(report.error?.problem, .bad),
                    ]
                }
            },
            notes: outcomes.map(Self.note)
                + Table.advice(outcomes.flatMap { $0.reports.map { $0.report.error as (any Explained)? } }),
            empty: StyledText("no nodes", .muted)
        )
    }

    var document: JSONValue {
        let keys = outcomes.map { outcome -> (String, JSONValue) in
            let nodes = outcome.reports.map { node, report -> (String, JSONValue) in
                (
                    node.text,
                    [
                        "state": .string(report.state.rawValue), "duration_ms": .int(report.duration.milliseconds),
                        "error": .failure(report.error),
                    ]
                )
            }
            return (
                outcome.new.purpose.rawValue,
                [
                    "old": .string(outcome.old.fingerprint), "new": .string(outcome.new.fingerprint),
                    "finished": .bool(outcome.remaining.isEmpty),
                    "remaining": .array(outcome.remaining.map { .string($0.text) }),
                    "nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })),
                ]
            )
        }
        return ["keys": .object(Dictionary(keys, uniquingKeysWith: { $1 }))]
    }

    static func line(_ purpose: KeyPurpose, _ report: RotationReport) -> StyledText {
        if let error = report.error { return .failure(error) }
        return StyledText("\(purpose.rawValue) key \(title(report.state))", .good)
            + StyledText(" in \(HumanUnits.duration(report.duration))", .muted)
    }

    private static func note(_ outcome: RotateKeys.Outcome) -> StyledText {
        let name = outcome.new.purpose.rawValue
        guard !outcome.remaining.isEmpty else {
            return StyledText("the \(name) key is \(outcome.new.fingerprint) now; the old one is deleted", .good)
        }
        return StyledText(
            "the old \(name) key is kept for \(NodeSetText.fold(outcome.remaining)); "
                + "go on with: flotilla keys rotate \(name)",
            .warning
        )
    }

    private static func state(_ state: RotationReport.State) -> Cell {
        Cell(
            shown: StyledText(title(state), state == .failed ? .bad : .good),
            value: .string(state.rawValue)
        )
    }

    private static func title(_ state: RotationReport.State) -> String {
        switch state {
        case .rotated: "rotated"
        case .already: "was rotated"
        case .notHeld: "never there"
        case .failed: "not rotated"
        }
    }
}
