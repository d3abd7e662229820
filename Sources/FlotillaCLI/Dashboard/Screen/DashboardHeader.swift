import FleetModel

/// The lines above the rows: states, alerts, the collector, and the totals of Pipe and time nodes where there are any.
struct DashboardHeader {
    private let model: DashboardModel
    private let totals: FleetTotals
    private let glyphs: Glyphs
    private let now: Timestamp

    init(_ model: DashboardModel, _ totals: FleetTotals, _ glyphs: Glyphs, _ now: Timestamp) {
        self.model = model
        self.totals = totals
        self.glyphs = glyphs
        self.now = now
    }

    /// Lines, without laying them out.
    var count: Int { 2 + (totals.pipe.nodes + totals.time.nodes > 0 ? 1 : 0) + 1 }

    func lines(columns: Int) -> [StyledText] {
        var lines = [spread(states, clock, columns), health]
        if totals.pipe.nodes + totals.time.nodes > 0 { lines.append(figures) }
        return lines + [StyledText()]
    }

    private var states: StyledText {
        let count = model.nodes.count
        var line = StyledText("Flotilla", .emphasis) + StyledText("  \(HumanUnits.grouped(count)) \(count == 1 ? "node" : "nodes")  ")
        line.append("\(glyphs.up) \(HumanUnits.grouped(totals.up)) up", totals.up > 0 ? .good : .muted)
        line.append("  \(glyphs.down) \(HumanUnits.grouped(totals.down)) down", totals.down > 0 ? .bad : .muted)
        if totals.unknown > 0 { line.append("  \(glyphs.unknown) \(HumanUnits.grouped(totals.unknown)) unknown", .muted) }
        if totals.quarantined > 0 {
            line.append("  \(glyphs.quarantined) \(HumanUnits.grouped(totals.quarantined)) quarantined", .warning)
        }
        return line
    }

    private var clock: StyledText {
        StyledText(String(now.rfc3339.dropFirst(11).prefix(8)) + " UTC", .muted)
    }

    private var health: StyledText {
        var line = StyledText()
        if let alerts = model.alerts {
            line.append("alerts ", .muted)
            line.append("\(HumanUnits.grouped(alerts.firing)) firing", alerts.firing > 0 ? .bad : .plain)
            if alerts.pending > 0 { line.append(", \(HumanUnits.grouped(alerts.pending)) pending", .warning) }
            line.append("   ")
        }
        line.append("collector ", .muted)
        guard let collector = model.collector, collector.isRunning else {
            return line + StyledText("not running", .warning) + StyledText(lastPoll, .muted)
        }
        line.append("every \(HumanUnits.duration(collector.interval))")
        if let lag = collector.lag {
            line.append(", lag \(HumanUnits.duration(lag))", lag > collector.interval ? .warning : .plain)
        }
        if collector.overruns > 0 { line.append(", \(HumanUnits.grouped(collector.overruns)) overruns", .warning) }
        return line + StyledText(lastPoll, .muted)
    }

    private var lastPoll: String {
        model.collector?.lastPoll.map { ", last poll " + HumanUnits.age(of: $0, at: now) } ?? ""
    }

    private var figures: StyledText {
        var line = StyledText()
        if totals.pipe.nodes > 0 {
            line.append("pipe ", .muted)
            line.append("\(HumanUnits.grouped(totals.pipe.nodes)) nodes, \(HumanUnits.count(totals.pipe.points)) points, ")
            line.append("\(HumanUnits.bytes(totals.pipe.egress)) egress")
            if let rank = totals.pipe.bestRank { line.append(", best rank #\(rank)") }
            line.append("   ")
        }
        guard totals.time.nodes > 0 else { return line }
        line.append("time ", .muted)
        let isWhole = totals.time.synchronised == totals.time.nodes
        line.append("\(HumanUnits.grouped(totals.time.synchronised))/\(HumanUnits.grouped(totals.time.nodes)) synced", isWhole ? .good : .bad)
        if let worst = totals.time.worst {
            line.append(", worst \(HumanUnits.offset(worst.offset))")
            line.append(" \(worst.node.text)", .muted)
        }
        return line
    }

    private func spread(_ left: StyledText, _ right: StyledText, _ columns: Int) -> StyledText {
        guard left.width + right.width < columns else { return left }
        return left.fitted(to: columns - right.width) + right
    }
}
