import FleetModel

/// What is on the screen right now, and how each event changes it.
struct LiveView {
    enum Request {
        case leave
        case readDetail(NodeName)
    }

    private var model: DashboardModel
    private var state: DashboardState
    private var painter: FramePainter
    private var size: TerminalSize
    private var problem: String?
    /// Seconds since Ctrl-Z put the terminal back; nil while we have the screen.
    private var suspended: Int?
    private let sources: DashboardShell.Sources
    private let terminal: TerminalContext
    private let raw: RawTerminal

    init(_ model: DashboardModel, sources: DashboardShell.Sources, terminal: TerminalContext, raw: RawTerminal) {
        self.model = model
        self.sources = sources
        self.terminal = terminal
        self.raw = raw
        state = DashboardState(model)
        painter = FramePainter(colour: terminal.colour)
        size = TerminalSize.of(descriptor: raw.output) ?? terminal.size ?? .usual
    }

    private var room: Int { DashboardScreen.room(model, state, size: size) }

    mutating func draw() {
        guard suspended == nil else { return }
        let screen = DashboardScreen(model, state, size: size, glyphs: terminal.glyphs, now: sources.now())
        var lines = screen.lines
        if let problem, let last = lines.indices.last {
            lines[last] = StyledText(TerminalText.visible("figures are old: " + problem), .bad).truncated(
                to: size.columns
            )
        }
        let bytes = painter.paint(lines, size: size)
        if !bytes.isEmpty { raw.write(bytes) }
    }

    mutating func take(_ event: DashboardShell.Event) -> Request? {
        switch event {
        case .keyboard(.keys(let keys)):
            if suspended != nil { resume() }
            return press(keys)
        case .keyboard(.resumed): resume()
        case .keyboard(.resized):
            size = TerminalSize.of(descriptor: raw.output) ?? size
            state.follow(model, room: room)
        case .keyboard(.closed): return .leave
        case .model(let newer):
            model = newer
            problem = nil
            if !state.filter.text.isEmpty { evaluateFilter() }
            state.follow(model, room: room)
            if case .node(let node) = state.page { return .readDetail(node) }
        case .detail(let detail, let node): state.show(detail, of: node)
        case .problem(let text): problem = text
        case .tick:
            // A session without job control ignores the stop: the screen then comes back by itself.
            suspended = suspended.map { $0 + 1 }
            if suspended == 3 { resume() }
        }
        return nil
    }

    private mutating func resume() {
        suspended = nil
        raw.resume()
        painter.forget()
        size = TerminalSize.of(descriptor: raw.output) ?? size
    }

    private mutating func press(_ keys: [Key]) -> Request? {
        var request: Request?
        for key in keys {
            switch state.handle(key, model, room: room) {
            case .leave: return .leave
            case .suspend:
                suspended = 0
                raw.suspend()
            case .redraw: painter.forget()
            case .readDetail(let node): request = .readDetail(node)
            case .evaluateFilter: evaluateFilter()
            case .none: break
            }
        }
        return request
    }

    private mutating func evaluateFilter() {
        let text = state.filter.text
        guard !text.isEmpty else { return state.apply(.success(nil), model, room: room) }
        do throws(UsageError) {
            state.apply(.success(try sources.matching(text)), model, room: room)
        } catch {
            state.apply(.failure(error), model, room: room)
        }
    }
}
