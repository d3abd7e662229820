package import FleetModel

/// Progress of long work: a bar on a terminal, one line for each node elsewhere.
package struct Progress: Hashable, Sendable {
    package var total: Int
    package var done: Int
    package var failed: Int

    package init(total: Int, done: Int = 0, failed: Int = 0) {
        self.total = total
        self.done = done
        self.failed = failed
    }

    /// `▇▇▇▇▁▁▁▁ 42/100  2 failed  3.2 s, 5 s left`, at most `columns` wide.
    package func bar(elapsed: Duration, columns: Int, glyphs: Glyphs) -> StyledText {
        let share = total == 0 ? 1 : Double(done) / Double(total)
        let width = max(4, min(30, columns / 3))
        var line = glyphs.bar(share, width: width, style: failed == 0 ? .good : .warning)
        line.append(" \(HumanUnits.grouped(done))/\(HumanUnits.grouped(total))")
        if failed > 0 { line.append("  \(HumanUnits.grouped(failed)) failed", .bad) }
        line.append("  " + HumanUnits.duration(.seconds(Int64(elapsed.seconds))), .muted)
        if done > 0, done < total, elapsed >= .seconds(2) {
            let left = elapsed.seconds / Double(done) * Double(total - done)
            line.append(", \(HumanUnits.duration(.seconds(Int64(left.rounded(.up))))) left", .muted)
        }
        return line.truncated(to: columns)
    }

    /// `pi-01: ok in 320 ms`: the line for a log file.
    package static func line(_ node: NodeName, _ result: CommandResult) -> StyledText {
        let ending: StyledText =
            switch result.ending {
            case .exited(0): StyledText("ok", .good)
            case .exited(let code): StyledText("exit \(code)", .bad)
            case .signalled(let name): StyledText("ended by SIG\(TerminalText.visible(name))", .bad)
            case .failed(let error): StyledText("\(TerminalText.visible(error.problem)) [\(error.code)]", .bad)
            }
        return StyledText(node.text + ": ") + ending + StyledText(" in \(HumanUnits.duration(result.duration))", .muted)
    }
}

/// A last line that stays below what is printed. Pure: it says which bytes to write.
package struct StickyLine: Hashable, Sendable {
    private var isShown = false
    private let colour: Bool

    package init(colour: Bool) {
        self.colour = colour
    }

    /// The bytes that show this text in place of the former.
    package mutating func show(_ text: StyledText) -> String {
        isShown = true
        return "\r" + text.rendered(colour: colour) + Self.clearToEnd
    }

    /// The bytes that take the line away; empty where none is shown. Write them before anything else is printed.
    package mutating func hide() -> String {
        defer { isShown = false }
        return isShown ? "\r" + Self.clearToEnd : ""
    }

    private static let clearToEnd = "\u{1B}[K"
}
