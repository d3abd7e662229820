package import ArgumentParser
import FleetModel
import Operations

/// The options of every command.
package struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The fleet's state.", valueName: "dir"))
    package var home: String?

    @Option(help: ArgumentHelp("The configuration folder (default: HOME/config).", valueName: "dir"))
    package var config: String?

    @Option(name: [.customShort("o"), .long], help: "table, json, yaml or csv (exec and collect: ndjson too).")
    package var output: OutputFormat = .table

    @Flag(name: .shortAndLong, help: "Results only.")
    package var quiet = false

    @Flag(name: .shortAndLong, help: "Say more.")
    package var verbose = false

    @Flag(name: .customLong("no-color"), help: "No colour, even on a terminal.")
    package var noColor = false

    @Flag(name: .shortAndLong, help: "No questions.")
    package var yes = false

    @Flag(name: .customLong("accept-new-host-keys"), help: "Pin host keys never seen before; never a changed one.")
    package var acceptNewHostKeys = false

    package init() {}
}

extension OutputFormat: ExpressibleByArgument {}

/// A span of time as operators type it: `30s`, `5m`, `2h`, `1d`, `250ms`, or a bare number of seconds.
package struct TimeSpan: ExpressibleByArgument, Hashable, Sendable {
    package let duration: Duration

    package init?(argument: String) {
        guard let span = Duration(span: argument) else { return nil }
        duration = span
    }

    package init(_ duration: Duration) {
        self.duration = duration
    }
}

/// How many of the selected nodes are taken.
package struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Take N of the nodes at random.", valueName: "n"))
    package var pick: Int?

    @Option(help: ArgumentHelp("Makes --pick repeatable.", valueName: "s"))
    package var seed: UInt64?

    @Flag(name: .customLong("allow-empty"), help: "A selector that matches nothing is no mistake.")
    package var allowEmpty = false

    package init() {}
}
