import ArgumentParser
import FleetModel
import Operations

struct KeysRevoke: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes a key off nodes: every line of it in authorized_keys.",
        discussion: """
            KEY is a fingerprint (SHA256:…), collect or operate for the fleet's own, or the whole comment of a foreign key. The \
            key that the log-in stands on stays, unless another key was proven on that node.
            """
    )
    @Argument(help: "Which key.") var key: String
    @Argument(help: "Which nodes.") var selector: String = "all"
    @OptionGroup var work: KeyWorkOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let (removals, unread) = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            let audit = try await context.auditKeys(of: nodes, in: fleet, work)
            let found = RevokeKey.keys(named: key, in: audit)
            let unread = audit.compactMap { node, report in report.error.map { (node: node, error: $0) } }
            try show(found, on: context)
            var removals: [RevocationListing.Removal] = []
            for key in found {
                let nodes = key.nodes.compactMap { inventory.nodes[$0] }
                removals.append(.init(key: key, reports: try await revoke(key, nodes, fleet, context)))
            }
            return (removals, unread)
        }
        let listing = RevocationListing(removals: removals, unread: unread)
        context.show(listing)
        if listing.hasFailed { throw ExitCode(1) }
    }

    private func show(_ found: [RevokeKey.Found], on context: CommandContext) throws {
        guard !found.isEmpty else { return context.note("no node that could be read has a line of “\(key)”") }
        for key in found {
            let whose = key.owner == .foreign ? "" : " (the fleet's own \(key.owner.purpose?.rawValue ?? "") key)"
            context.note("\(key.fingerprint) \(key.comment)\(whose): \(NodeSetText.fold(key.nodes))", .warning)
        }
        let nodes = Set(found.flatMap(\.nodes))
        try context.confirm(
            "remove \(found.count == 1 ? "this key" : "these \(found.count) keys") from "
                + "\(HumanUnits.counted(nodes.count, "node"))?"
        )
    }

    private func revoke(_ key: RevokeKey.Found, _ nodes: [Node], _ fleet: Fleet, _ context: CommandContext)
        async throws -> [(node: NodeName, report: RevokeKey.Report)]
    {
        let revocation = RevokeKey(shell: fleet.ownShell, folder: fleet.keys, record: WorkRecord(fleet))
        let reports = try await revocation.run(
            key,
            on: nodes,
            fanout: work.fanout,
            deadlines: work.deadlines,
            entropy: { UInt64.random(in: 0 ... .max) }
        )
        if fleet.daemon != nil { for (node, _) in reports { await fleet.shell.forget(node) } }
        return reports
    }
}

/// How a revocation ended.
struct RevocationListing: Displayable {
    struct Removal {
        let key: RevokeKey.Found
        let reports: [(node: NodeName, report: RevokeKey.Report)]
    }

    let removals: [Removal]
    /// Nodes whose file could not be read: the key may stand there.
    let unread: [(node: NodeName, error: RemoteError)]

    var hasFailed: Bool { !unread.isEmpty || removals.contains { $0.reports.contains { $0.report.error != nil } } }

    var table: Table {
        let done = removals.flatMap { removal in
            removal.reports.map { node, report in
                [
                    .text(node.text, .emphasis), .text(removal.key.fingerprint), .text(removal.key.comment),
                    report.isRemoved ? Cell("removed", .good) : Cell("stays", .bad),
                    .text(report.error?.problem, .bad),
                ] as [Cell]
            }
        }
        return Table(
            [
                .init("node"), .init("fingerprint"), .init("comment", maximum: 40), .init("verdict"),
                .init("error", "TROUBLE", minimum: 10),
            ],
            rows: done
                + unread.map {
                    [
                        .text($0.node.text, .emphasis), .none, .none, Cell("not read", .bad),
                        Cell($0.error.problem, .bad),
                    ]
                },
            notes: Table.advice(
                removals.flatMap { $0.reports.map { $0.report.error as (any Explained)? } } + unread.map { $0.error }
            ),
            empty: StyledText("nothing to remove", .muted)
        )
    }

    var document: JSONValue {
        var nodes: [String: JSONValue] = [:]
        for (node, error) in unread {
            nodes[node.text] = ["removed": .array([]), "error": .failure(error)]
        }
        for removal in removals {
            for (node, report) in removal.reports {
                var removed: [JSONValue] = []
                if case .object(let members)? = nodes[node.text], case .array(let before)? = members["removed"] {
                    removed = before
                }
                if report.isRemoved { removed.append(.string(removal.key.fingerprint)) }
                nodes[node.text] = ["removed": .array(removed), "error": .failure(report.error)]
            }
        }
        return ["nodes": .object(nodes)]
    }
}
