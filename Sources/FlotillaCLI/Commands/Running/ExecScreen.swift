import FleetModel
import Operations
import Synchronization

/// What `exec` shows while it runs and at its end. Events come from many threads; every write is one whole piece.
final class ExecScreen: Sendable {
    let isSingle: Bool
    private let context: CommandContext
    private let folds: Bool
    private let total: Int
    private let now: @Sendable () -> Timestamp
    private let began: Timestamp
    private let state: Mutex<State>

    private struct State {
        var live: LiveOutput
        var progress: Progress
        var sticky: StickyLine
        var isFirst = true
    }

    init(
        context: CommandContext,
        nodes: [NodeName],
        isSingle: Bool,
        folds: Bool,
        now: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration>
    ) {
        self.context = context
        self.isSingle = isSingle
        self.folds = folds
        self.total = nodes.count
        self.now = now
        self.began = now()
        self.state = Mutex(
            State(
                live: LiveOutput(nodes: nodes, glyphs: context.output.glyphs),
                progress: Progress(total: nodes.count),
                sticky: StickyLine(colour: context.errors.colour)
            )
        )
    }

    /// Whether output is shown while it comes. With the fold the results come at the end, once: then it is only shown to
    /// somebody who watches.
    var isLive: Bool {
        switch context.common.output {
        case .ndjson: true
        case .table: isSingle || !folds || context.errors.isTerminal
        case .json, .yaml, .csv: false
        }
    }

    func observe(_ event: Exec.Event) {
        switch context.common.output {
        case .ndjson: streamDocument(event)
        case .table where isSingle: passThrough(event)
        case .table: showLive(event)
        case .json, .yaml, .csv: showProgress(event)
        }
    }

    func finish(_ results: [(node: NodeName, result: CommandResult)]) {
        state.withLock { StandardStream.errors.write($0.sticky.hide()) }
        switch context.common.output {
        case .ndjson: StandardStream.output.write(ExecDocument.summaryLine(results))
        case .table: isSingle ? finishSingle(results) : finishMany(results)
        case .json, .yaml, .csv: context.show(ExecDocument(results: results))
        }
    }

    private func streamDocument(_ event: Exec.Event) {
        let line =
            switch event {
            case .output(let node, let chunk): ExecDocument.outputLine(chunk, of: node, at: now())
            case .finished(let node, let result): ExecDocument.resultLine(result, of: node, at: now())
            }
        state.withLock { _ in StandardStream.output.write(line) }
    }

    /// As ssh shows it; on a terminal what would move the cursor is made visible instead.
    private func passThrough(_ event: Exec.Event) {
        guard case .output(_, let chunk) = event else { return }
        let stream: StandardStream = chunk.stream == .stdout ? .output : .errors
        let terminal = chunk.stream == .stdout ? context.output : context.errors
        guard terminal.isTerminal else { return stream.write(bytes: chunk.bytes) }
        let lines = chunk.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        stream.write(lines.map { TerminalText.visible($0) }.joined(separator: "\n"))
    }

    private func showLive(_ event: Exec.Event) {
        state.withLock { state in
            let lines: [LiveOutput.Line]
            switch event {
            case .output(let node, let chunk): lines = state.live.take(chunk, from: node)
            case .finished(let node, let result):
                lines = state.live.finish(node)
                note(result, of: node, &state)
            }
            guard !lines.isEmpty else { return }
            StandardStream.errors.write(state.sticky.hide())
            for channel in [LiveOutput.Channel.results, .messages] { write(lines, of: channel) }
            showBar(&state)
        }
    }

    /// In one piece: a chunk may hold thousands of lines.
    private func write(_ lines: [LiveOutput.Line], of channel: LiveOutput.Channel) {
        let toErrors = folds || channel == .messages
        let colour = (toErrors ? context.errors : context.output).colour
        var text = ""
        for line in lines where line.channel == channel { text += line.text.rendered(colour: colour) + "\n" }
        if !text.isEmpty { (toErrors ? StandardStream.errors : .output).write(text) }
    }

    private func showProgress(_ event: Exec.Event) {
        guard case .finished(let node, let result) = event else { return }
        state.withLock { note(result, of: node, &$0) }
    }

    private func note(_ result: CommandResult, of node: NodeName, _ state: inout State) {
        state.progress.done += 1
        if !result.isSuccess { state.progress.failed += 1 }
        guard !context.common.quiet else { return }
        guard context.errors.isTerminal else {
            StandardStream.errors.write(Progress.line(node, result).rendered(colour: false) + "\n")
            return
        }
        showBar(&state)
    }

    private func showBar(_ state: inout State) {
        guard context.errors.isTerminal, !context.common.quiet, let size = context.errors.size else { return }
        let bar = state.progress.bar(elapsed: now() - began, columns: size.columns, glyphs: context.errors.glyphs)
        StandardStream.errors.write(state.sticky.show(bar))
    }

    private func finishSingle(_ results: [(node: NodeName, result: CommandResult)]) {
        guard let result = results.first?.result, let error = result.error else { return }
        StandardStream.errors.write(ErrorBlock(error).text(as: .table, on: context.errors))
    }

    private func finishMany(_ results: [(node: NodeName, result: CommandResult)]) {
        let byName = Dictionary(results.map { ($0.node, $0.result) }, uniquingKeysWith: { $1 })
        let folded = FoldedOutput(byName, fold: NodeSetText.fold)
        if folds {
            for line in folded.results {
                StandardStream.output.write(line.rendered(colour: context.output.colour) + "\n")
            }
        }
        for line in folded.failures { StandardStream.errors.write(line.rendered(colour: context.errors.colour) + "\n") }
        guard !context.common.quiet else { return }
        let summary = RunSummary(results.map(\.result), asked: total).line(elapsed: now() - began)
        StandardStream.errors.write(summary.rendered(colour: context.errors.colour) + "\n")
    }
}
