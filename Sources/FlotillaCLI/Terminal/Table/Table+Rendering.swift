extension Table {
    /// The table as lines, ready for the output that the context describes.
    ///
    /// Cost: linear in the cells.
    package func lines(on terminal: TerminalContext) -> [StyledText] {
        guard !rows.isEmpty else { return [empty] + notes }
        guard terminal.isTerminal || terminal.colour || terminal.size != nil else { return plainLines + notes }
        let cells = rows.map { row in
            row.map { terminal.isTerminal ? $0.shown : StyledText($0.plain) }
        }
        let widths = layout(cells, within: terminal.size?.columns)
        let header = line(columns.map { StyledText($0.title, .muted) }, widths)
        let body = cells.map { line($0, widths) }
        let all = [header] + body + notes
        guard let columns = terminal.size?.columns else { return all }
        return all.map { $0.truncated(to: columns) }
    }

    /// The lines joined, each ended by a line feed.
    package func text(on terminal: TerminalContext) -> String {
        lines(on: terminal).reduce(into: "") { $0 += $1.rendered(colour: terminal.colour) + "\n" }
    }

    /// For files and pipes, where nothing is cut or coloured: one text a line, as ten thousand rows are no rarity there.
    private var plainLines: [StyledText] {
        let titles = columns.map(\.title)
        let own = titles.map { DisplayWidth.of($0) }
        var widths = own
        for row in rows {
            for (index, cell) in zip(widths.indices, row) {
                widths[index] = max(widths[index], DisplayWidth.of(cell.plain))
            }
        }
        let starts = widths.indices.map { widths[..<$0].reduce(0, +) + Self.gap * $0 }
        var lines = [plainLine(titles, widths, starts)]
        lines.reserveCapacity(rows.count + 1)
        for row in rows { lines.append(plainLine(row.lazy.map(\.plain), widths, starts)) }
        return lines
    }

    private func plainLine(
        _ texts: some Collection<String>,
        _ widths: [Int],
        _ starts: [Int]
    ) -> StyledText {
        var line = ""
        line.reserveCapacity((starts.last ?? 0) + (widths.last ?? 0))
        var end = 0
        for (index, text) in zip(widths.indices, texts) {
            let own = DisplayWidth.of(text)
            guard own > 0 else { continue }
            let start = starts[index] + (columns[index].alignment == .right ? widths[index] - own : 0)
            if start > end { line += String(repeating: " ", count: start - end) }
            line += text
            end = start + own
        }
        return StyledText(line)
    }

    private static let gap = 2

    private func layout(_ cells: [[StyledText]], within limit: Int?) -> [Int] {
        var widths = columns.map { DisplayWidth.of($0.title) }
        for row in cells {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], cell.width)
            }
        }
        guard let limit else { return widths }
        for (index, column) in columns.enumerated() {
            if let maximum = column.maximum { widths[index] = min(widths[index], maximum) }
        }
        shrink(&widths, by: widths.reduce(0, +) + Self.gap * (widths.count - 1) - limit)
        return widths
    }

    // The widest squeezable column gives first, so that short ones stay whole.
    private func shrink(_ widths: inout [Int], by excess: Int) {
        var excess = excess
        while excess > 0 {
            let squeezable = columns.indices.filter { widths[$0] > max(1, columns[$0].minimum ?? .max) }
            guard let widest = squeezable.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }

    private func line(_ cells: [StyledText], _ widths: [Int]) -> StyledText {
        var line = StyledText()
        // No blanks at the end of a line: they wrap on narrow terminals and spoil differences of saved outputs.
        let last = cells.lastIndex { $0.width > 0 } ?? 0
        for (index, cell) in cells.prefix(min(last + 1, widths.count)).enumerated() {
            if index > 0 { line.append(StyledText(String(repeating: " ", count: Self.gap))) }
            let leaves = index == last && columns[index].alignment == .left
            let width = widths[index]
            line.append(leaves ? cell.truncated(to: width) : cell.fitted(to: width, columns[index].alignment))
        }
        return line
    }
}
