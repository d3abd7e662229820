import ArgumentParser
import FleetModel
import Operations

struct List: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The nodes, all or those of a selector."
    )

    @Argument(help: "Which nodes.") var selector: String?
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let (inventory, nodes, now) = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            return (
                inventory, try Selection(selector ?? "all", selection, isImplied: selector == nil).nodes(in: inventory),
                fleet.now()
            )
        }
        context.show(NodeListing(nodes: nodes, inventory: inventory, now: now, glyphs: context.output.glyphs))
    }
}

struct Details: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "details",
        abstract: "Everything that is known about one node."
    )

    @Argument(help: "The node.") var name: String
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let view = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let node = try Selection.node(named: name, in: inventory)
            let poll = try await fleet.samples.latest(of: [node.name])[node.name]
            return NodeDetails(
                node: node,
                inventory: inventory,
                poll: poll,
                now: fleet.now(),
                glyphs: context.output.glyphs
            )
        }
        context.show(view)
    }
}

struct Update: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Changes one field of a node: \(NodeField.names)."
    )

    @Argument(help: "The node.") var name: String
    @Argument(help: "The field.") var field: String
    @Argument(parsing: .remaining, help: "The new value; empty or “none” clears what can be cleared.") var value:
        [String] = []
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let text = value.joined(separator: " ")
        let name = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            var node = try Selection.node(named: self.name, in: inventory)
            let newName = try NodeField.set(field, to: text, of: &node)
            try await fleet.inventory.apply([.update(node, renaming: newName)], by: fleet.actor, at: fleet.now())
            await fleet.shell.forget(node.name)
            return node.name
        }
        context.say(
            text.isEmpty ? "updated \(name): no \(field) any more" : "updated \(name): \(field) is now “\(text)”"
        )
    }
}

struct Unregister: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "unregister",
        abstract: "Takes a node out of the registry."
    )

    @Argument(help: "The node.") var name: String
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let node = try Selection.node(named: name, in: inventory)
            try await fleet.inventory.apply([.unregister(node.name)], by: fleet.actor, at: fleet.now())
            await fleet.shell.forget(node.name)
        }
        context.say("unregistered \(name)")
    }
}
