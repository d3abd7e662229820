package import FleetModel

/// One frame of the live view: as many lines as the terminal has rows, none wider than it.
///
/// Cost: linear in the rows of the terminal; the size of the fleet does not matter, since order and totals are given.
package struct DashboardScreen {
    let model: DashboardModel
    let state: DashboardState
    let size: TerminalSize
    let glyphs: Glyphs
    let now: Timestamp

    package init(_ model: DashboardModel, _ state: DashboardState, size: TerminalSize, glyphs: Glyphs, now: Timestamp) {
        self.model = model
        self.state = state
        self.size = size
        self.glyphs = glyphs
        self.now = now
    }

    /// The frame.
    package var lines: [StyledText] {
        let page =
            switch state.page {
            case .list: list
            case .node(let name): NodePage(self, name).lines
            case .help: HelpPage(self).lines
            }
        let cut = page.prefix(size.rows).map { $0.truncated(to: size.columns) }
        return cut + [StyledText](repeating: StyledText(), count: max(0, size.rows - cut.count))
    }

    /// Rows of nodes that fit on a screen of this size.
    package static func room(_ model: DashboardModel, _ state: DashboardState, size: TerminalSize) -> Int {
        max(
            1,
            size.rows - DashboardHeader(model, state.totals, .unicode, model.at).lines(columns: size.columns).count - 2
        )
    }

    private var list: [StyledText] {
        let header = DashboardHeader(model, state.totals, glyphs, now).lines(columns: size.columns)
        let room = Self.room(model, state, size: size)
        let layout = DashboardLayout(state.totals, columns: size.columns)
        let cells = DashboardCells(glyphs: glyphs, now: now, staleAfter: staleAfter)
        let visible = state.order.rows.dropFirst(state.top).prefix(room)
        var rows = visible.map { index in
            row(model.nodes[index], layout, cells, isSelected: model.nodes[index].name == state.selected)
        }
        if rows.isEmpty { rows = [StyledText(emptyText, .muted)] }
        rows += [StyledText](repeating: StyledText(), count: max(0, room - rows.count))
        return header + [titles(layout)] + rows + [footer(shown: visible.count)]
    }

    private var emptyText: String {
        model.nodes.isEmpty
            ? "no nodes yet: flotilla register NAME HOST USER" : "no node matches the filter; Esc takes it away"
    }

    private var staleAfter: Duration? {
        model.collector.map { $0.interval * 3 }
    }

    private func titles(_ layout: DashboardLayout) -> StyledText {
        var line = StyledText()
        for (index, place) in layout.places.enumerated() {
            if index > 0 { line.append(Self.gap) }
            let isSorted = place.column == state.sort.column
            let title = StyledText(place.column.title, isSorted ? .emphasis : .muted)
            line.append(title.fitted(to: place.width, place.column.alignment))
        }
        return line
    }

    private static let gap = StyledText(String(repeating: " ", count: DashboardLayout.gap))

    private func row(_ node: NodeView, _ layout: DashboardLayout, _ cells: DashboardCells, isSelected: Bool)
        -> StyledText
    {
        var line = StyledText()
        // A node that is not reached says why in the room of its figures: old ones would pass for the present.
        let room = node.isReached ? 0..<0 : layout.beforeSeen
        for (index, place) in layout.places.enumerated() where !room.dropFirst().contains(index) {
            if index > 0 { line.append(Self.gap) }
            if index == room.first {
                let state = cells.cell(.state, of: node, width: place.width).padded(to: place.width)
                line.append((state + Self.gap + node.trouble).fitted(to: layout.width(of: room)))
            } else {
                let cell = cells.cell(place.column, of: node, width: place.width)
                line.append(cell.fitted(to: place.width, place.column.alignment))
            }
        }
        return isSelected ? line.fitted(to: size.columns).restyled(.selected) : line
    }

    private func footer(shown: Int) -> StyledText {
        let total = state.order.rows.count
        let range = total == 0 ? "0 of 0" : "\(state.top + 1)–\(state.top + shown) of \(HumanUnits.grouped(total))"
        let right = StyledText(range, .muted)
        let left = state.isTypingFilter || !state.filter.text.isEmpty ? filterLine : keys
        let room = max(0, size.columns - right.width - 1)
        return left.fitted(to: room) + " " + right
    }

    private var keys: StyledText {
        let sort = state.sort.rawValue + (state.isReversed ? ", reversed" : "")
        return Self.keys([
            ("q", "quit"), ("?", "help"), ("/", "filter"), ("Enter", "node"), ("s", "sort: " + sort), ("r", "reverse"),
        ])
    }

    static func keys(_ keys: [(key: String, does: String)]) -> StyledText {
        keys.enumerated().reduce(into: StyledText()) { line, entry in
            if entry.offset > 0 { line.append("  ") }
            line.append(entry.element.key, .emphasis)
            line.append(" " + entry.element.does, .muted)
        }
    }

    private var filterLine: StyledText {
        var line = StyledText("/", .emphasis) + StyledText(TerminalText.visible(state.filter.text))
        if state.isTypingFilter { line.append(" ", .selected) }
        if let problem = state.filter.problem {
            line.append("  names that contain it: " + TerminalText.visible(problem), .warning)
        } else if !state.isTypingFilter {
            line.append("  Esc takes the filter away", .muted)
        }
        return line
    }
}

extension NodeView {
    /// Why there are no figures.
    var trouble: StyledText {
        switch status {
        case .up, .unknown: StyledText()
        case .down(_, let reason): StyledText(TerminalText.visibleInline(reason), .bad)
        case .quarantined(let reason): StyledText(TerminalText.visibleInline(reason), .warning)
        }
    }
}
