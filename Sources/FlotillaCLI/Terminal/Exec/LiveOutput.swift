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

    private let glyphs: Glyphs
    private let nameWidth: Int
    private var open: [Source: LineAssembler] = [:]

    /// The names of the nodes decide the width of the first column.
    package init(nodes: some Sequence<NodeName>, glyphs: Glyphs = .unicode) {
        self.glyphs = glyphs
        // Very long names are shown whole, but do not push every other line to the right.
        nameWidth = min(24, nodes.reduce(0) { max($0, $1.text.utf8.count) })
    }

    /// Takes a chunk; the lines that it finishes.
    package mutating func take(_ chunk: OutputChunk, from node: NodeName) -> [Line] {
        open[Source(node: node, stream: chunk.stream), default: LineAssembler()].take(chunk.bytes)
            .map { line($0, chunk.stream, node) }
    }

    /// The node is done: lines that were never finished, standard output first.
    package mutating func finish(_ node: NodeName) -> [Line] {
        [OutputChunk.Stream.stdout, .stderr].compactMap { stream in
            open.removeValue(forKey: Source(node: node, stream: stream))?.rest.map { line($0, stream, node) }
        }
    }

    private func line(_ bytes: [UInt8], _ stream: OutputChunk.Stream, _ node: NodeName) -> Line {
        let name = node.text + String(repeating: " ", count: max(0, nameWidth - node.text.utf8.count))
        var text = StyledText(name, .ofNode(node.text))
        switch stream {
        case .stdout: text.append(" \(glyphs.separator) ", .muted)
        case .stderr: text.append(" ! ", .warning)
        }
        text.append(TerminalText.visible(bytes))
        return Line(channel: stream == .stdout ? .results : .messages, text: text)
    }
}
