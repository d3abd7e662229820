package import FleetModel

/// How a run over many nodes went, in one line.
package struct RunSummary: Hashable, Sendable {
    package private(set) var ok = 0
    /// Ended with another exit code or by a signal.
    package private(set) var nonZero = 0
    /// Never began.
    package private(set) var unreachable = 0
    /// Began and was cut short by an error or a time limit.
    package private(set) var failed = 0
    /// Cut short by the operator.
    package private(set) var cancelled = 0
    package let asked: Int

    /// `asked` nodes were to take part; those without a result were not begun.
    package init(_ results: some Sequence<CommandResult>, asked: Int) {
        self.asked = asked
        for result in results { count(result) }
    }

    package var notBegun: Int { max(0, asked - ok - nonZero - unreachable - failed - cancelled) }

    /// True when every node that was asked did it: exit code 0.
    package var isSuccess: Bool { ok == asked }

    /// Takes one more result.
    package mutating func count(_ result: CommandResult) {
        switch result.ending {
        case .exited(0): ok += 1
        case .exited, .signalled: nonZero += 1
        case .failed(let error):
            if error.kind == .cancelled {
                cancelled += 1
            } else if error.isBeforeWork {
                unreachable += 1
            } else {
                failed += 1
            }
        }
    }

    /// `12 nodes: 10 ok, 1 exit not 0, 1 unreachable in 2.3 s`
    package func line(elapsed: Duration) -> StyledText {
        let parts: [(Int, String, Style)] = [
            (ok, "ok", .good), (nonZero, "exit not 0", .bad), (unreachable, "unreachable", .bad),
            (failed, "failed", .bad),
            (cancelled, "cut short", .warning), (notBegun, "not begun", .warning),
        ]
        var line = StyledText("\(HumanUnits.counted(asked, "node")): ")
        for (index, part) in parts.filter({ $0.0 > 0 }).enumerated() {
            if index > 0 { line.append(", ") }
            line.append("\(HumanUnits.grouped(part.0)) \(part.1)", part.2)
        }
        line.append(" in \(HumanUnits.duration(elapsed))", .muted)
        return line
    }
}
