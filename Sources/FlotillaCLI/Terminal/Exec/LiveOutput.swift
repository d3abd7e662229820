package import FleetModel

/// Output of many nodes as it happens: whole lines, each with its node's name, never two nodes in one line.
package struct LiveOutput: Sendable {
    /// Where a line belongs.
    package enum Channel: Hashable, Sendable {
        /// Standard output.
        case results
        /// Standard error.
        case messages
    }

    package struct Line: Hashable, Sendable {
        package var channel: Channel
        package var text: StyledText
    }

    private struct Source: Hashable {
        var node: NodeName
        var stream: OutputChunk.Stream
    }

    /// What stands before each of its lines, and the line that is not finished yet.
    private struct Open {
        var prefix: StyledText
        var lines = LineAssembler()
    }

    private let glyphs: Glyphs
    private let nameWidth: Int
    private var open: [Source: Open] = [:]

    /// The names of the nodes decide the width of the first column.
    package init(nodes: some Sequence<NodeName>, glyphs: Glyphs = .unicode) {
        self.glyphs = glyphs
        // Very long names are shown whole, but do not push every other line to the right.
        nameWidth = min(24, nodes.reduce(0) { max($0, $1.text.utf8.count) })
    }

    /// Takes a chunk; the lines that it finishes.
    package mutating func take(_ chunk: OutputChunk, from node: NodeName) -> [Line] {
        let source = Source(node: node, stream: chunk.stream)
        let prefix = open[source]?.prefix ?? prefix(of: source)
        return open[source, default: Open(prefix: prefix)].lines.take(chunk.bytes)
            .map { line($0, chunk.stream, after: prefix) }
    }

    /// The node is done: lines that were never finished, standard output first.
    package mutating func finish(_ node: NodeName) -> [Line] {
        [OutputChunk.Stream.stdout, .stderr].compactMap { stream in
            guard let ended = open.removeValue(forKey: Source(node: node, stream: stream)) else { return nil }
            return ended.lines.rest.map { line($0, stream, after: ended.prefix) }
        }
    }

    private func prefix(of source: Source) -> StyledText {
        let (node, width) = (source.node.text, source.node.text.utf8.count)
        var text = StyledText(node + String(repeating: " ", count: max(0, nameWidth - width)), .ofNode(node))
        switch source.stream {
        case .stdout: text.append(" \(glyphs.separator) ", .muted)
        case .stderr: text.append(" ! ", .warning)
        }
        return text
    }

    private func line(_ bytes: [UInt8], _ stream: OutputChunk.Stream, after prefix: StyledText) -> Line {
        var text = prefix
        text.append(TerminalText.visible(bytes))
        return Line(channel: stream == .stdout ? .results : .messages, text: text)
    }
}
