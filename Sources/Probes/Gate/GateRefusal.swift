package import FleetModel

/// Why a node that was reached would not run a command with this key.
package enum GateRefusal: Hashable, Sendable {
    /// The collect line is there, the gate's file is not: collect with the operate key, and say so.
    case notInstalled
    /// The gate let the command not through.
    case refused
    /// The seed's forced command answered with its status and pulse, whatever was asked; the output is the pulse.
    case seedLine(Pulse)

    /// Nil when the result is the command's own. Where `pop` itself was asked (`isPulseExpected`), a pulse is its own.
    package init?(_ result: CommandResult, isPulseExpected: Bool = false) {
        self.init(
            ending: result.ending,
            stdout: result.stdout.head,
            stderr: result.stderr.head,
            isPulseExpected: isPulseExpected
        )
    }

    private init?(ending: CommandResult.Ending, stdout: [UInt8], stderr: [UInt8], isPulseExpected: Bool) {
        if ending == .exited(126) {
            let lines = String(decoding: stderr.prefix(4096), as: UTF8.self).split(separator: "\n")
            if lines.contains("flotilla: gate not installed") {
                self = .notInstalled
                return
            }
            if lines.contains(where: { $0.hasPrefix("flotilla-gate: refused: ") }) {
                self = .refused
                return
            }
        }
        guard !isPulseExpected, let pulse = Pulse.parse(stdout), pulse.hasFigure else { return nil }
        self = .seedLine(pulse)
    }
}
