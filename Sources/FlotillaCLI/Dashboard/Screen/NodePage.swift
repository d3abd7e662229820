import FleetModel

/// The page of one node: what is known, and the last hour of its figures.
struct NodePage {
    private let screen: DashboardScreen
    private let name: NodeName

    init(_ screen: DashboardScreen, _ name: NodeName) {
        self.screen = screen
        self.name = name
    }

    var lines: [StyledText] {
        guard let node = screen.model.nodes.first(where: { $0.name == name }) else {
            return framed([StyledText("\(name) is no longer registered", .warning)])
        }
        let facts = facts(of: node)
        let body = [title(node), StyledText()] + facts + [StyledText()] + trends
        return framed(body)
    }

    private func framed(_ body: [StyledText]) -> [StyledText] {
        let room = max(1, screen.size.rows - 1)
        let filled = body.prefix(room) + [StyledText](repeating: StyledText(), count: max(0, room - body.count))
        return filled + [DashboardScreen.keys([("Esc", "back"), ("↑↓", "next node"), ("q", "quit"), ("?", "help")])]
    }

    private func title(_ node: NodeView) -> StyledText {
        var line = StyledText(name.text, .emphasis) + "  " + screen.glyphs.text(of: node.status)
        if node.alerts > 0 { line.append("  \(node.alerts) \(node.alerts == 1 ? "alert" : "alerts") firing", .bad) }
        line.append("  last seen " + HumanUnits.age(of: node.lastSeen, at: screen.now), .muted)
        return line
    }

    private func facts(of node: NodeView) -> [StyledText] {
        var facts: [(String, StyledText)] = []
        func add(_ title: String, _ text: String?) {
            if let text { facts.append((title, StyledText(TerminalText.visibleInline(text)))) }
        }
        if !node.isReached { facts.append(("why", node.trouble)) }
        add("address", node.address)
        add("groups", node.groups.isEmpty ? nil : node.groups.map(\.text).joined(separator: ", "))
        add("location", node.location)
        add("system", node.system)
        add("uptime", node.uptime.map { HumanUnits.duration($0) })
        add("cpu", node.cpuPercent.map { HumanUnits.percent($0) })
        add("memory", used(node.memoryPercent, of: node.memoryTotal))
        add("disk /", used(node.diskPercent, of: node.diskTotal))
        add("load", node.load.map { HumanUnits.fixed($0, 2) })
        add("clock", node.clockOffset.map { HumanUnits.offset($0) + " against the controller" })
        add("ntp", node.time.map(ntp))
        add("pipe", node.pipe.map(pipe))
        for fact in screen.state.detail?.facts ?? [] { add(fact.title, fact.text) }
        let width = facts.map { DisplayWidth.of($0.0) }.max() ?? 0
        return facts.map { StyledText($0.0, .muted).fitted(to: width) + "  " + $0.1 }
    }

    private func used(_ percent: Double?, of total: Double?) -> String? {
        guard let percent else { return total.map { HumanUnits.bytes($0) } }
        return HumanUnits.percent(percent) + (total.map { " of " + HumanUnits.bytes($0) } ?? "")
    }

    private func ntp(_ time: NodeView.TimeFigures) -> String {
        let state = time.isSynchronised.map { $0 ? "synchronised" : "not synchronised" }
        let parts = [
            state, time.stratum.map { "stratum \($0)" }, time.offset.map { "offset " + HumanUnits.offset($0) },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    private func pipe(_ figures: NodeView.PipeFigures) -> String {
        let parts = [
            figures.isUp.map { $0 ? "running" : "not running" }, figures.rank.map { "rank #\($0)" },
            figures.points.map { HumanUnits.count($0) + " points" },
            figures.egress.map { HumanUnits.bytes($0) + " egress" },
            figures.reputation.map { "reputation " + HumanUnits.fixed($0, 2) },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    private var trends: [StyledText] {
        guard let detail = screen.state.detail else { return [StyledText("reading the last hour …", .muted)] }
        let known = detail.trends.filter { $0.points.contains { $0 != nil } }
        guard !known.isEmpty else { return [StyledText("nothing was measured in the last hour", .muted)] }
        let title = known.map { DisplayWidth.of($0.title) }.max() ?? 0
        let width = max(8, min(120, screen.size.columns - title - 38))
        let head =
            StyledText("last hour", .muted).fitted(to: title + 2 + width)
            + StyledText("       now       low      high", .muted)
        return [head] + known.map { trend($0, title, width) }
    }

    private func trend(_ trend: NodeDetail.Trend, _ title: Int, _ width: Int) -> StyledText {
        let known = trend.points.compactMap { $0 }
        let scale: ClosedRange<Double>? = trend.unit == .percent ? 0...100 : nil
        let line = screen.glyphs.sparkline(trend.points, width: width, scale: scale)
        let figures = [trend.points.last ?? nil, known.min(), known.max()].enumerated().map { index, figure in
            StyledText(figure.map(trend.unit.text) ?? screen.glyphs.none, index == 0 ? .plain : .muted).fitted(
                to: 10,
                .right
            )
        }
        return figures.reduce(StyledText(trend.title, .muted).fitted(to: title) + "  " + StyledText(line, .accent), +)
    }
}
