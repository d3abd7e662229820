import ArgumentParser
import FleetModel
import Operations

struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "A fleet of pretend nodes on loopback addresses, to rehearse on.",
        subcommands: [Up.self, FaultOf.self, StatusOf.self, Down.self]
    )

    struct Up: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "up",
            abstract: "Starts the lab and registers its nodes under group lab."
        )
        @Option(help: ArgumentHelp("Pipe nodes and time nodes, half and half.", valueName: "n")) var nodes = 24
        @Option(help: ArgumentHelp("Such as hang:2%,slow:5,key-changed:1.", valueName: "spec")) var fault: String?
        @Flag(help: "Serve in this process until Ctrl-C.") var foreground = false
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let home = try context.home()
            let order = LabStart(nodes: nodes, fault: fault ?? "")
            if foreground {
                try await context.composition.serveLab(home, order) {
                    context.say("the lab serves \(HumanUnits.counted(order.nodes, "node")); Ctrl-C ends it")
                }
            } else {
                let ready = try await context.composition.startLab(home, order)
                context.say("the lab serves \(HumanUnits.counted(ready, "node")) under group lab", .good)
                context.say("next: flotilla test lab, flotilla exec lab uptime, flotilla dashboard", .muted)
            }
        }
    }

    struct FaultOf: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "fault",
            abstract: "Gives nodes a fault, or mends them with none."
        )
        @Argument(help: "Which nodes.") var selector: String
        @Argument(help: "A fault such as hang or clock+90s, several with commas, or none.") var spec: String
        @OptionGroup var selection: SelectionOptions
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let inventory = try await context.withFleet { try await $0.inventory.inventory() }
            let names = try Selection(selector, selection).nodes(in: inventory).map(\.name)
            try context.composition.setLabFault(context.home(), spec, on: names)
            context.say("\(NodeSetText.fold(names)): \(spec)")
        }
    }

    struct StatusOf: FleetCommand {
        static let configuration = CommandConfiguration(commandName: "status", abstract: "What the lab serves.")
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            context.show(LabView(status: try context.composition.labStatus(context.home())))
        }
    }

    struct Down: FleetCommand {
        static let configuration = CommandConfiguration(
            commandName: "down",
            abstract: "Ends the lab and takes its nodes out of the registry."
        )
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let home = try context.home()
            let names = try await context.withFleet { fleet in
                let inventory = try await fleet.inventory.inventory()
                let lab = try GroupName("lab")
                let names = inventory.groups[lab] == nil ? [] : inventory.members(of: lab).naturallySorted()
                try await context.composition.stopLab(home)
                try await fleet.inventory.apply(names.map { .unregister($0) }, by: fleet.actor, at: fleet.now())
                return names
            }
            context.say("the lab is down; \(HumanUnits.counted(names.count, "node")) taken out of the registry")
        }
    }
}

/// What `lab up` asks for.
package struct LabStart: Sendable {
    package var nodes: Int
    /// As typed; empty for none.
    package var fault: String
}

private struct LabView: Displayable {
    let status: JSONValue

    private var members: [String: JSONValue] { status.object ?? [:] }

    var table: Table { record.table }
    var document: JSONValue { status }

    func lines(on terminal: TerminalContext) -> [StyledText] { record.lines(on: terminal) }

    private var record: Record {
        let fields = ["nodes", "connections", "commands", "pid"].map { key in
            Record.Field(key, key, .text(members[key]?.scalarText))
        }
        let faults = (members["faults"]?.object ?? [:]).sorted { $0.key < $1.key }.map { node, words -> Record.Field in
            var text = ""
            if case .array(let elements) = words { text = elements.compactMap(\.string).joined(separator: ", ") }
            return .init(node, node, .text(text, .warning))
        }
        return Record([.init("Lab", fields), .init("Faults", faults)].filter { !$0.fields.isEmpty })
    }
}
