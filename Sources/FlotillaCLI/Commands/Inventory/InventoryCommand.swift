import ArgumentParser
import FleetModel
import Operations

struct InventoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory",
        abstract: "Other people's inventories, in and out.",
        subcommands: [Importing.self, Exporting.self]
    )

    struct Importing: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Reads Ansible YAML or INI (files or folders), CSV, ssh_config or Prometheus targets."
        )
        @Argument(help: "A file or a folder.") var path: String
        @Flag(help: "Take out what the file does not name.") var prune = false
        @Flag(name: .customLong("dry-run"), help: "Show the difference and change nothing.") var dryRun = false
        @Option(help: ArgumentHelp("For nodes whose file names no user.", valueName: "user")) var user: String?
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let user = try UserName(self.user ?? context.composition.operatorName)
            let report = try await context.withFleet { try await take($0, user, context) }
            for warning in report.warnings { context.note("warning: \(warning)", .warning) }
            context.show(report)
        }

        private func take(_ fleet: Fleet, _ user: UserName, _ context: CommandContext) async throws -> ImportReport {
            var known = try await fleet.inventory.inventory()
            var attemptsLeft = 10
            while true {
                let options = InventoryReadingOptions(defaultUser: user, registered: known)
                let imported = try context.composition.readInventory(path, options: options)
                let difference = InventoryDifference(importing: imported, into: known, prune: prune)
                let report = ImportReport(difference: difference, warnings: imported.warnings, isDryRun: dryRun)
                guard !dryRun, !difference.isEmpty else { return report }
                if !difference.removed.isEmpty {
                    try context.confirm("take out \(NodeSetText.fold(difference.removed))?")
                }
                do {
                    try await fleet.inventory.apply(difference.changes, by: fleet.actor, at: fleet.now())
                    return report
                } catch let error as UsageError {
                    // Another process was quicker: the difference is taken anew against what is there now.
                    let current = try await fleet.inventory.inventory()
                    attemptsLeft -= 1
                    guard attemptsLeft > 0, current != known else { throw error }
                    known = current
                }
            }
        }
    }

    struct Exporting: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Writes the registry for other tools."
        )
        @Option(help: "ansible-json, ansible-yaml, ssh-config, prometheus-sd or csv.") var format: String
        @Flag(name: .customLong("with-secrets"), help: "Passwords, tokens and private keys among the variables too.")
        var withSecrets = false
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            guard let format = InventoryExportFormat(rawValue: format) else {
                let known = InventoryExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("unknown_format", "no format “\(format.quotedForMessage)”", advice: "one of: \(known)")
            }
            var inventory = try await context.withFleet { try await $0.inventory.inventory() }
            let (harmless, secrets) = inventory.withoutSecrets()
            if withSecrets {
                if !secrets.isEmpty { context.note("the output holds secrets: \(Self.list(secrets))", .warning) }
                let sealed = inventory.sealedSecrets
                if !sealed.isEmpty {
                    context.note(
                        "still sealed: \(Self.list(sealed)); the key that opens them, keys/variables.key in the home, is "
                            + "missing or another one: restore it from a copy of the home",
                        .warning
                    )
                }
            } else {
                inventory = harmless
                if !secrets.isEmpty { context.note("left out without --with-secrets: \(Self.list(secrets))", .warning) }
            }
            StandardStream.output.write(context.composition.writeInventory(inventory, as: format))
        }

        private static func list(_ names: [String]) -> String {
            names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
        }
    }
}

/// What an import changed, or would.
private struct ImportReport: Displayable {
    let difference: InventoryDifference
    let warnings: [InventoryMistake]
    let isDryRun: Bool

    var table: Table {
        let added = difference.added.map { ["added", $0.name.text, "\($0.user)@\($0.host.joined(to: $0.port))"] }
        let changed = difference.changed.flatMap { node in
            node.fields.map { ["changed", node.new.name.text, Self.text($0)] }
        }
        let removed = difference.removed.map { ["removed", $0.text, ""] }
        let groups =
            difference.addedGroups.map { ["added", "@\($0.name)", "group"] }
            + difference.changedGroups.flatMap { group in
                group.fields.map { ["changed", "@\(group.new.name)", Self.text($0)] }
            }
            + difference.removedGroups.map { ["removed", "@\($0)", "group"] }
        let variables = difference.changedVariables.map { ["changed", "@all", Self.text($0)] }
        let rows = added + changed + removed + groups + variables
        return Table(
            [.init("act"), .init("what"), .init("detail")],
            rows: rows.map { [Self.act($0[0]), .text($0[1], .emphasis), .text($0[2])] },
            empty: "no difference"
        )
    }

    var document: JSONValue {
        [
            "dry_run": .bool(isDryRun), "added": .array(difference.added.map { .string($0.name.text) }),
            "changed": .array(difference.changed.map { .string($0.new.name.text) }),
            "removed": .array(difference.removed.map { .string($0.text) }),
            "groups_added": .array(difference.addedGroups.map { .string($0.name.text) }),
            "groups_removed": .array(difference.removedGroups.map { .string($0.text) }),
            "warnings": .array(warnings.map { .string("\($0)") }),
        ]
    }

    func lines(on terminal: TerminalContext) -> [StyledText] {
        guard !difference.isEmpty else { return ["no difference: the registry already is as the file says"] }
        let shown = table.rows.count > 60 ? Table(table.columns, rows: Array(table.rows.prefix(50))) : table
        let more = table.rows.count - shown.rows.count
        let tail =
            isDryRun ? StyledText("nothing was changed: this was a dry run", .warning) : StyledText("applied", .good)
        return shown.lines(on: terminal) + (more > 0 ? [StyledText("… and \(more) more", .muted)] : [])
            + [summary + StyledText("; ") + tail]
    }

    private var summary: StyledText {
        StyledText(
            "\(difference.added.count) added, \(difference.changed.count) changed, \(difference.removed.count) removed"
        )
    }

    private static func text(_ field: FieldDifference) -> String {
        "\(field.field): \(field.old ?? "–") → \(field.new ?? "–")"
    }

    private static func act(_ word: String) -> Cell {
        Cell(word, word == "added" ? .good : word == "removed" ? .bad : .warning)
    }
}
