import ArgumentParser
import FleetModel
import Operations
import Probes

struct Initialise: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes the home, the keys and the database; safe to run again."
    )

    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) async throws {
        let home = try context.home()
        let fleet = try await context.composition.initialise(home)
        let keys = try fleet.keys.keys()
        await fleet.close()
        context.show(InitialisedHome(home: home, keys: keys))
    }
}

/// What `init` and `keys list` say about the two keys.
struct KeyListing: Displayable {
    let keys: KeyRing

    var table: Table {
        Table(
            [
                .init("name", "KEY"), .init("fingerprint", "FINGERPRINT"),
                .init("authorized_keys_line", "AUTHORIZED_KEYS LINE"),
            ],
            rows: all.map { [.text($0.purpose.rawValue, .emphasis), .text($0.fingerprint), .text(Self.line($0))] }
        )
    }

    var document: JSONValue {
        .array(
            all.map {
                [
                    "name": .string($0.purpose.rawValue), "fingerprint": .string($0.fingerprint),
                    "public_key": .string($0.publicLine), "authorized_keys_line": .string(Self.line($0)),
                ]
            }
        )
    }

    private var all: [FleetKey] { [keys.collect, keys.operate] }

    static func line(_ key: FleetKey) -> String {
        switch key.purpose {
        case .collect: AuthorizedKeysLine.collect(publicKey: key.publicLine)
        case .operate: AuthorizedKeysLine.operate(publicKey: key.publicLine)
        }
    }
}

private struct InitialisedHome: Displayable {
    let home: Home
    let keys: KeyRing

    var table: Table { KeyListing(keys: keys).table }
    var document: JSONValue { ["home": .string(home.path), "keys": KeyListing(keys: keys).document] }

    func lines(on terminal: TerminalContext) -> [StyledText] {
        var lines: [StyledText] = [StyledText("The fleet is in ") + StyledText(home.path, .emphasis), ""]
        lines.append("Put these two lines into ~/.ssh/authorized_keys of each node (or let `flotilla enroll` do it):")
        lines.append("")
        lines.append(StyledText("# collect: may only probe", .muted))
        lines.append(StyledText(KeyListing.line(keys.collect)))
        lines.append(StyledText("# operate: runs commands and copies files", .muted))
        lines.append(StyledText(KeyListing.line(keys.operate)))
        lines.append("")
        lines.append(
            StyledText("# a Pipe node that should answer with its pop tool alone takes this one instead:", .muted)
        )
        lines.append(StyledText(AuthorizedKeysLine.seed(publicKey: keys.collect.publicLine)))
        lines.append("")
        lines.append("A node that serves as jump host needs forwarding as well: flotilla enroll --jump-host NODE")
        lines.append(StyledText("next: flotilla register NAME HOST USER, then flotilla test NAME", .muted))
        return lines
    }
}
