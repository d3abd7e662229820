import ArgumentParser
import FleetModel
import Operations

struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Groups of nodes.",
        subcommands: [
            Create.self, Delete.self, Listing.self, Show.self, AddNode.self, RemoveNode.self, AddGroup.self,
            GroupExec.self,
        ]
    )

    struct Create: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "create", abstract: "Makes a group.")
        @Argument(help: "The group's name.") var name: String
        @Argument(help: "What it is for.") var description: String?
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            var group = try Group(name: GroupName(name))
            group.details = try description.map { try OneLine($0) }
            try await context.apply(.createGroup(group))
            context.say("created group \(name)")
        }
    }

    struct Delete: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Deletes a group; its nodes stay."
        )
        @Argument(help: "The group.") var name: String
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            try await context.apply(.deleteGroup(GroupName(name)))
            context.say("deleted group \(name)")
        }
    }

    struct Listing: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "All groups.")
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let inventory = try await context.withFleet { try await $0.inventory.inventory() }
            context.show(
                GroupListing(inventory: inventory, groups: inventory.groups.values.sorted { $0.name < $1.name })
            )
        }
    }

    struct Show: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "The nodes of a group.")
        @Argument(help: "The group.") var name: String
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let (inventory, now) = try await context.withFleet { (try await $0.inventory.inventory(), $0.now()) }
            let group = try Selection.group(named: name, in: inventory)
            let nodes = inventory.members(of: group.name).compactMap { inventory.nodes[$0] }
            context.show(
                NodeListing(
                    nodes: Selection.displayOrder(nodes),
                    inventory: inventory,
                    now: now,
                    glyphs: context.output.glyphs
                )
            )
        }
    }

    struct AddNode: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "add-node", abstract: "Puts a node into a group.")
        @Argument(help: "The node.") var node: String
        @Argument(help: "The group.") var group: String
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            try await context.apply(.addNode(NodeName(node), to: GroupName(group)))
            context.say("\(node) is now in group \(group)")
        }
    }

    struct RemoveNode: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove-node",
            abstract: "Takes a node out of a group."
        )
        @Argument(help: "The node.") var node: String
        @Argument(help: "The group.") var group: String
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            try await context.apply(.removeNode(NodeName(node), from: GroupName(group)))
            context.say("\(node) is no longer in group \(group)")
        }
    }

    struct AddGroup: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-group",
            abstract: "Puts a group into another."
        )
        @Argument(help: "The group that goes inside.") var child: String
        @Argument(help: "The group around it.") var parent: String
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let child = try GroupName(self.child)
            try await context.withFleet { fleet in
                var group = try Selection.group(named: parent, in: try await fleet.inventory.inventory())
                group.children.insert(child)
                try await fleet.inventory.apply([.updateGroup(group)], by: fleet.actor, at: fleet.now())
            }
            context.say("group \(child) is now inside \(parent)")
        }
    }
}

extension CommandContext {
    /// One act on the registry.
    func apply(_ change: InventoryChange) async throws {
        try await withFleet { try await $0.inventory.apply([change], by: $0.actor, at: $0.now()) }
    }
}

/// Groups as `group list` shows them.
private struct GroupListing: Displayable {
    let inventory: Inventory
    let groups: [Group]

    var table: Table {
        Table(
            [
                .init("name", "GROUP"), .init("nodes", "NODES", .right), .init("children", "GROUPS INSIDE"),
                .init("description", "DESCRIPTION"),
            ],
            rows: groups.map { group in
                [
                    .text(group.name.text, .emphasis), .count(inventory.members(of: group.name).count),
                    .text(group.children.isEmpty ? nil : group.children.sorted().map(\.text).joined(separator: ",")),
                    .text(group.details?.text),
                ]
            },
            empty: "no groups: flotilla group create NAME"
        )
    }

    var document: JSONValue {
        .array(
            groups.map { group in
                [
                    "name": .string(group.name.text), "description": group.details.map { .string($0.text) } ?? .null,
                    "nodes": .array(inventory.members(of: group.name).sorted().map { .string($0.text) }),
                    "children": .array(group.children.sorted().map { .string($0.text) }),
                ]
            }
        )
    }
}
