/// Remembers what stands on the screen and writes only the lines that differ.
package struct FramePainter: Sendable {
    private let colour: Bool
    private var shown: [String] = []
    private var size: TerminalSize?

    package init(colour: Bool) {
        self.colour = colour
    }

    /// Forgets the screen: the next frame is drawn whole.
    package mutating func forget() {
        size = nil
    }

    /// The bytes that turn the screen into this frame; empty where nothing changed.
    package mutating func paint(_ lines: [StyledText], size: TerminalSize) -> String {
        var output = ""
        if self.size != size {
            output = "\u{1B}[H\u{1B}[2J"
            shown = [String](repeating: "", count: size.rows)
            self.size = size
        }
        for (row, line) in lines.prefix(size.rows).enumerated() {
            let text = line.rendered(colour: colour)
            guard text != shown[row] else { continue }
            output += "\u{1B}[\(row + 1);1H" + text + (line.width < size.columns ? "\u{1B}[K" : "")
            shown[row] = text
        }
        return output
    }
}
