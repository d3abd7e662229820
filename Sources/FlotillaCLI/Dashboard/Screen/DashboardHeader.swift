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

    func lines(columns: Int) -> [StyledText] {
        [spread(states, clock, columns), health] + figures(columns) + [StyledText()]
    }

    // Side by side where both fit.
    private func figures(_ columns: Int) -> [StyledText] {
        let parts = [pipe, time].compactMap { $0 }
        guard parts.count == 2, parts[0].width + parts[1].width + 3 <= columns else { return parts }
        return [parts[0] + "   " + parts[1]]
    }

    private var states: StyledText {
        let count = model.nodes.count
        var line =
            StyledText("Flotilla", .emphasis)
            + StyledText("  \(HumanUnits.counted(count, "node"))  ")
        line.append("\(glyphs.up) \(HumanUnits.grouped(totals.up)) up", totals.up > 0 ? .good : .muted)
        line.append("  \(glyphs.down) \(HumanUnits.grouped(totals.down)) down", totals.down > 0 ? .bad : .muted)
        if totals.unknown > 0 {
            line.append("  \(glyphs.unknown) \(HumanUnits.grouped(totals.unknown)) unknown", .muted)
        }
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
        model.collector?.lastPoll.map { ", polled " + HumanUnits.age(of: $0, at: now) } ?? ""
    }

    private var pipe: StyledText? {
        guard totals.pipe.nodes > 0 else { return nil }
        var line = StyledText("pipe ", .muted)
        line.append(
            "\(HumanUnits.counted(totals.pipe.nodes, "node")), \(HumanUnits.count(totals.pipe.points)) points, "
        )
        line.append("\(HumanUnits.bytes(totals.pipe.egress)) egress")
        if let rank = totals.pipe.bestRank { line.append(", best rank #\(rank)") }
        return line
    }

    private var time: StyledText? {
        guard totals.time.nodes > 0 else { return nil }
        let isWhole = totals.time.synchronised == totals.time.nodes
        let share = "\(HumanUnits.grouped(totals.time.synchronised))/\(HumanUnits.grouped(totals.time.nodes)) synced"
        var line = StyledText("time ", .muted) + StyledText(share, isWhole ? .good : .bad)
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
