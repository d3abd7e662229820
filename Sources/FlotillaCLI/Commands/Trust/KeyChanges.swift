import ArgumentParser
import FleetModel

// Named so that a script learns at once that they are not there, instead of a parser's guess at what it meant.

struct KeysRotate: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Not built yet: says what to do instead."
    )
    @Argument(help: "Which nodes.") var selector: String?
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        throw UsageError(
            "not_built",
            "keys rotate is not built yet: nothing was changed",
            advice: """
                to change the keys now: flotilla --home NEWHOME init; register the same nodes there \
                (flotilla inventory export, then flotilla --home NEWHOME inventory import)
                put the new keys on the nodes with the old one: flotilla --home NEWHOME enroll all --identity HOME/keys/operate
                then take the old lines out of the nodes' authorized_keys
                """
        )
    }
}

struct KeysRevoke: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Not built yet: says what to do instead."
    )
    @Argument(help: "Which nodes.") var selector: String?
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        throw UsageError(
            "not_built",
            "keys revoke is not built yet: nothing was changed",
            advice: "take the lines that `flotilla keys list` prints out of the nodes' authorized_keys"
        )
    }
}

struct KeysAudit: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Not built yet: says what to do instead."
    )
    @Argument(help: "Which nodes.") var selector: String?
    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        throw UsageError(
            "not_built",
            "keys audit is not built yet",
            advice: "flotilla test all says which key opens which node; "
                + "flotilla exec all 'cat .ssh/authorized_keys' shows who else may log in"
        )
    }
}
