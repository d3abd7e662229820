import ArgumentParser
import FleetModel
import Operations

struct Register: FleetCommand {
    static let configuration = CommandConfiguration(commandName: "register", abstract: "Adds a node to the registry.")

    @Argument(help: "The node's name.") var name: String
    @Argument(help: "DNS name, IPv4 or IPv6 address.") var host: String
    @Argument(help: "The log-in name.") var user: String
    @Argument(help: "The port of SSH.") var port: String = "22"
    @Argument(help: ArgumentHelp("Where it is.", valueName: "location")) var place: String?
    @Argument(help: ArgumentHelp("What it is.", valueName: "description")) var what: String?
    @Option(help: ArgumentHelp("The node through which it is reached.", valueName: "node")) var jump: String?
    @Option(
        name: .customLong("group"),
        help: ArgumentHelp("A group to put it in; may be repeated.", valueName: "group")
    )
    var groups: [String] = []
    @Option(name: .customLong("label"), help: ArgumentHelp("A label; may be repeated.", valueName: "k=v")) var labels:
        [String] = []
    @Option(help: "Where it is.") var location: String?
    @Option(help: "What it is.") var description: String?
    @Option(help: "pipe, time or linux.") var profile: String?
    @Option(help: "libssh or openssh.") var transport: String?
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let node = try self.node()
        try await context.withFleet { fleet in
            let known = try await fleet.inventory.inventory()
            let missing = node.groups.filter { known.groups[$0] == nil }.sorted()
            let changes = missing.map { InventoryChange.createGroup(Group(name: $0)) } + [.register(node)]
            try await fleet.inventory.apply(changes, by: fleet.actor, at: fleet.now())
        }
        context.say("registered \(node.name): \(node.user)@\(node.host.joined(to: node.port))")
        context.show(NodeListing(nodes: [node], isQuietTable: true))
    }

    private func node() throws -> Node {
        var node = try Node(name: NodeName(name), host: HostAddress(host), user: UserName(user), port: Port(port))
        node.jump = try jump.map { try NodeName($0) }
        node.groups = Set(try groups.flatMap { $0.split(separator: ",") }.map { try GroupName(String($0)) })
        for label in labels {
            let (key, value) = try LabelText.parse(label)
            node.labels[key] = value
        }
        node.location = try (location ?? place).map { try OneLine($0) }
        node.details = try (description ?? what).map { try OneLine($0) }
        node.profile = try profile.map { try NodeField.profile($0) }
        node.transport = try transport.map { try NodeField.transport($0) } ?? .libssh
        return node
    }
}

/// `K=V` as an operator types it.
enum LabelText {
    static func parse(_ text: String) throws(UsageError) -> (LabelKey, OneLine) {
        guard let equals = text.firstIndex(of: "=") else {
            throw UsageError(
                "bad_label",
                "label “\(text.quotedForMessage)” has no “=”",
                advice: "write it as KEY=VALUE"
            )
        }
        return (try LabelKey(String(text[..<equals])), try OneLine(String(text[text.index(after: equals)...])))
    }
}
