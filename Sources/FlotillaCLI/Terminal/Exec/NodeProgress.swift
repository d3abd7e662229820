import FleetModel
import Synchronization

/// Progress on stderr for work of which only the ends are seen: a bar on a terminal, one line for each node elsewhere.
final class NodeProgress: Sendable {
    private let context: CommandContext
    private let now: @Sendable () -> Timestamp
    private let began: Timestamp
    private let state: Mutex<State>

    private struct State {
        var progress: Progress
        var sticky: StickyLine
    }

    init(total: Int, context: CommandContext, now: @escaping @Sendable () -> Timestamp) {
        self.context = context
        self.now = now
        self.began = now()
        self.state = Mutex(State(progress: Progress(total: total), sticky: StickyLine(colour: context.errors.colour)))
    }

    /// - `text`: what a line of its own says after the node's name.
    func finished(_ node: NodeName, _ text: StyledText, isFailure: Bool) {
        state.withLock { state in
            state.progress.done += 1
            if isFailure { state.progress.failed += 1 }
            guard !context.common.quiet else { return }
            guard context.errors.isTerminal, let size = context.errors.size else {
                StandardStream.errors.write((StyledText(node.text + ": ") + text).rendered(colour: false) + "\n")
                return
            }
            let bar = state.progress.bar(elapsed: now() - began, columns: size.columns, glyphs: context.errors.glyphs)
            StandardStream.errors.write(state.sticky.show(bar))
        }
    }

    /// Takes the bar away, before results are shown.
    func end() {
        state.withLock { StandardStream.errors.write($0.sticky.hide()) }
    }
}

extension StyledText {
    /// An error in one line, as a line of progress has it.
    static func failure(_ error: any Explained) -> StyledText {
        StyledText("\(TerminalText.visibleInline(error.problem)) [\(error.code)]", .bad)
    }
}
