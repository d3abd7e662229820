import ArgumentParser
import FleetModel
import Operations

struct KeysAudit: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who may log in: what stands in authorized_keys on every node, ours and foreign."
    )
    @Argument(help: "Which nodes.") var selector: String = "all"
    @OptionGroup var work: KeyWorkOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let reports = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            return try await context.auditKeys(of: nodes, in: fleet, work)
        }
        context.show(KeyAuditListing(reports: reports))
        if reports.contains(where: { $0.report.error != nil }) { throw ExitCode(1) }
    }
}

extension CommandContext {
    /// What stands in `authorized_keys` of these nodes.
    func auditKeys(of nodes: [Node], in fleet: Fleet, _ work: KeyWorkOptions) async throws
        -> [(node: NodeName, report: KeyAudit.Report)]
    {
        let audit = KeyAudit(shell: fleet.shell, folder: fleet.keys, record: WorkRecord(fleet))
        return try await audit.run(
            nodes,
            fanout: work.fanout,
            deadlines: work.deadlines,
            entropy: { UInt64.random(in: 0 ... .max) }
        )
    }
}

/// Keys line by line.
struct KeyAuditListing: Displayable {
    let reports: [(node: NodeName, report: KeyAudit.Report)]

    var table: Table {
        Table(
            [
                .init("node"), .init("line", nil, .right), .init("owner"), .init("type"), .init("bits", nil, .right),
                .init("fingerprint"), .init("comment", minimum: 8, maximum: 40), .init("flags"),
                .init("options", minimum: 8, maximum: 60), .init("error", "TROUBLE", minimum: 10),
            ],
            rows: reports.flatMap { node, report -> [[Cell]] in
                guard report.error == nil, !report.entries.isEmpty else { return [Self.bare(node, report)] }
                return report.entries.map { Self.row(node, $0) }
            },
            notes: [StyledText(summary, .muted)] + Table.advice(reports.map { $0.report.error })
        )
    }

    var document: JSONValue {
        let nodes = reports.map { node, report -> (String, JSONValue) in
            (
                node.text,
                [
                    "file": report.file.map { .string($0) } ?? .null,
                    "keys": .array(report.entries.map(Self.document)), "error": .failure(report.error),
                ]
            )
        }
        let entries = reports.flatMap(\.report.entries)
        let failed = reports.count { $0.report.error != nil }
        return [
            "nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })),
            "summary": [
                "ok": .int(Int64(reports.count - failed)), "failed": .int(Int64(failed)),
                "foreign": .int(Int64(entries.count { $0.owner == .foreign })),
                "retired": .int(Int64(entries.count(where: Self.isRetired))),
                "weak": .int(Int64(entries.count { $0.flags.contains(.weak) })),
            ],
        ]
    }

    private var summary: String {
        let entries = reports.flatMap(\.report.entries)
        let foreign = entries.filter { $0.owner == .foreign }
        let keys = Set(foreign.compactMap(\.key.fingerprint)).count
        return HumanUnits.counted(entries.count, "line") + " on " + HumanUnits.counted(reports.count, "node")
            + ": \(foreign.count) foreign (\(HumanUnits.counted(keys, "key"))), "
            + "\(entries.count(where: Self.isRetired)) of retired keys, \(entries.count { $0.flags.contains(.weak) }) weak"
    }

    private static func isRetired(_ entry: KeyAudit.Entry) -> Bool { entry.owner.state == "retired" }

    private static func document(_ entry: KeyAudit.Entry) -> JSONValue {
        [
            "line": .int(Int64(entry.key.line)), "owner": .string(entry.owner == .foreign ? "foreign" : "fleet"),
            "name": entry.owner.purpose.map { .string($0.rawValue) } ?? .null,
            "state": entry.owner == .foreign ? .null : .string(entry.owner.state),
            "type": entry.key.type.map { .string($0) } ?? .null,
            "bits": entry.key.bits.map { .int(Int64($0)) } ?? .null,
            "fingerprint": entry.key.fingerprint.map { .string($0) } ?? .null,
            "comment": .string(entry.key.comment), "options": .array(entry.key.options.map { .string($0) }),
            "flags": .array(entry.flags.map(\.rawValue).sorted().map { .string($0) }),
        ]
    }

    private static func row(_ node: NodeName, _ entry: KeyAudit.Entry) -> [Cell] {
        let flags = entry.flags.map(\.rawValue).sorted().joined(separator: ",")
        return [
            .text(node.text, .emphasis), .count(entry.key.line), owner(entry.owner), .text(entry.key.type),
            .count(entry.key.bits), .text(entry.key.fingerprint), Cell(entry.key.comment),
            flags.isEmpty ? .none : Cell(flags, entry.flags.contains(.weak) ? .bad : .warning),
            Cell(entry.key.options.joined(separator: ",")), .none,
        ]
    }

    private static func bare(_ node: NodeName, _ report: KeyAudit.Report) -> [Cell] {
        [.text(node.text, .emphasis)] + Array(repeating: .none, count: 8)
            + [report.error.map { .text($0.problem, .bad) } ?? Cell("no keys", .muted)]
    }

    private static func owner(_ owner: KeyOwner) -> Cell {
        guard let purpose = owner.purpose else { return Cell("foreign") }
        let isCurrent = owner == .current(purpose)
        return Cell(purpose.rawValue + (isCurrent ? "" : " (\(owner.state))"), isCurrent ? .good : .warning)
    }
}
