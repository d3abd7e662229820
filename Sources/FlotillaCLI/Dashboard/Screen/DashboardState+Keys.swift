import FleetModel

extension DashboardState {
    /// Takes a key.
    ///
    /// `room` is how many rows of nodes the screen shows.
    package mutating func handle(_ key: Key, _ model: DashboardModel, room: Int) -> Effect? {
        switch key {
        case .interrupt: return .leave
        case .suspend: return .suspend
        case .redraw: return .redraw
        default: break
        }
        if isTypingFilter { return type(key) }
        if key == .character("q") { return .leave }
        switch page {
        case .help:
            page = .list
            return nil
        case .node: return onNode(key, model, room: room)
        case .list: return onList(key, model, room: room)
        }
    }

    private mutating func onList(_ key: Key, _ model: DashboardModel, room: Int) -> Effect? {
        switch key {
        case .enter: return open(selected)
        case .escape where !filter.text.isEmpty:
            filter.text = ""
            return .evaluateFilter
        case .character("/"): isTypingFilter = true
        case .character("?"): page = .help
        case .character("s"): sort(by: sort.next(among: totals.present), model, room: room)
        case .character("S"): sort(by: sort.next(among: totals.present, backwards: true), model, room: room)
        case .character("r"):
            isReversed.toggle()
            sortRows(model, room: room)
        default: move(key, model, room: room)
        }
        return nil
    }

    private mutating func onNode(_ key: Key, _ model: DashboardModel, room: Int) -> Effect? {
        switch key {
        case .escape, .left, .backspace, .enter:
            page = .list
            return nil
        case .character("?"):
            page = .help
            return nil
        default:
            let before = selected
            move(key, model, room: room)
            return selected == before ? nil : open(selected)
        }
    }

    private mutating func open(_ node: NodeName?) -> Effect? {
        guard let node else { return nil }
        page = .node(node)
        detail = nil
        return .readDetail(node)
    }

    private mutating func sort(by sort: DashboardSort, _ model: DashboardModel, room: Int) {
        self.sort = sort
        sortRows(model, room: room)
    }

    private mutating func move(_ key: Key, _ model: DashboardModel, room: Int) {
        let row = order.rows.firstIndex { model.nodes[$0].name == selected } ?? 0
        switch key {
        case .up, .character("k"): select(row: row - 1, model, room: room)
        case .down, .character("j"): select(row: row + 1, model, room: room)
        case .pageUp: select(row: row - room, model, room: room)
        case .pageDown, .character(" "): select(row: row + room, model, room: room)
        case .home, .character("g"): select(row: 0, model, room: room)
        case .end, .character("G"): select(row: order.rows.count - 1, model, room: room)
        default: break
        }
    }

    private mutating func type(_ key: Key) -> Effect? {
        switch key {
        case .enter: isTypingFilter = false
        case .escape:
            isTypingFilter = false
            filter.text = ""
            return .evaluateFilter
        case .backspace:
            guard !filter.text.isEmpty else {
                isTypingFilter = false
                return nil
            }
            filter.text.removeLast()
            return .evaluateFilter
        case .character(let character):
            guard filter.text.utf8.count < Self.longestFilter else { return nil }
            filter.text.append(character)
            return .evaluateFilter
        default: break
        }
        return nil
    }

    private static let longestFilter = 500
}
