import ArgumentParser
import FleetModel
import Operations

struct HostKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host-keys",
        abstract: "The pinned host keys.",
        subcommands: [Listing.self, Forget.self, Accept.self]
    )

    struct Listing: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The pinned keys and the quarantined nodes."
        )
        @Argument(help: "Which nodes.") var selector: String?
        @OptionGroup var selection: SelectionOptions
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let inventory = try await context.withFleet { try await $0.inventory.inventory() }
            let nodes = try Selection(selector ?? "all", selection, isImplied: selector == nil).nodes(in: inventory)
            context.show(HostKeyListing(nodes: nodes, glyphs: context.output.glyphs))
        }
    }

    struct Forget: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "forget",
            abstract: "Forgets the pinned keys of nodes; the next contact pins anew."
        )
        @Argument(help: "Which nodes.") var selector: String
        @OptionGroup var selection: SelectionOptions
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let nodes = try await context.releaseHostKeys(
                of: selector,
                selection,
                question: "forget the pinned host keys of"
            )
            context.say("forgot the host keys of \(NodeSetText.fold(nodes)): the next contact pins them anew")
        }
    }

    struct Accept: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept",
            abstract: "Ends the quarantine of nodes whose host key changed for a reason you know."
        )
        @Argument(help: "Which nodes.") var selector: String
        @OptionGroup var selection: SelectionOptions
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let nodes = try await context.releaseHostKeys(
                of: selector,
                selection,
                question: "accept the new host keys of"
            )
            context.say("accepted: \(NodeSetText.fold(nodes)) will pin the key it shows next")
        }
    }
}

extension CommandContext {
    fileprivate func releaseHostKeys(of selector: String, _ options: SelectionOptions, question: String) async throws
        -> [NodeName]
    {
        try await withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, options).nodes(in: inventory)
            for node in nodes {
                guard case .quarantined(let reason) = node.status else { continue }
                note("\(node.name): \(reason)", .warning)
            }
            let names = nodes.map(\.name)
            try confirm("\(question) \(NodeSetText.fold(names))?")
            try await fleet.inventory.apply(names.map { .forgetHostKey($0) }, by: fleet.actor, at: fleet.now())
            for name in names { await fleet.shell.forget(name) }
            return names
        }
    }
}

private struct HostKeyListing: Displayable {
    let nodes: [Node]
    let glyphs: Glyphs

    var table: Table {
        Table(
            [.init("node"), .init("status"), .init("algorithm"), .init("fingerprint"), .init("reason")],
            rows: nodes.map { node in
                [
                    .text(node.name.text, .emphasis), .status(node.status, glyphs: glyphs),
                    .text(node.hostKey?.algorithm),
                    .text(node.hostKey?.fingerprint),
                    .text(node.status.word == "quarantined" ? node.status.reason : nil, .bad),
                ]
            }
        )
    }
}
