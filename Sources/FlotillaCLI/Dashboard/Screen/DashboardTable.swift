package import FleetModel

extension DashboardModel {
    /// The live view as one table: `dashboard --once`, and off a terminal. Trouble first.
    package func table(at now: Timestamp, glyphs: Glyphs = .unicode) -> Table {
        let totals = FleetTotals(nodes)
        let figures = DashboardColumn.figures.filter { totals.present.contains($0) && $0 != .trend }
        let hasPlaces = totals.present.contains(.place)
        let order = DashboardOrder(nodes, sort: .state, isReversed: false)
        var columns = [Table.Column("node", minimum: 8), Table.Column("state")]
        columns += figures.flatMap { Self.columns(of: $0) }
        if hasPlaces { columns.append(Table.Column("place", minimum: 4, maximum: 24)) }
        let hasReasons = totals.down + totals.quarantined > 0
        columns.append(Table.Column("last_seen", "SEEN", .right))
        if hasReasons { columns.append(Table.Column("reason", minimum: 10)) }
        let rows = order.rows.map { index in
            let node = nodes[index]
            return [Cell(node.name.text, .emphasis), Cell.status(node.status, glyphs: glyphs)]
                + figures.flatMap { node.cells(of: $0) }
                + (hasPlaces ? [Cell.text(node.place, .muted)] : [])
                + [.age(node.lastSeen, at: now)]
                + (hasReasons ? [Cell(node.trouble.plain, node.status.style)] : [])
        }
        return Table(
            columns,
            rows: rows,
            notes: notes(totals, now, glyphs),
            empty: "no nodes yet: flotilla register NAME HOST USER"
        )
    }

    private func notes(_ totals: FleetTotals, _ now: Timestamp, _ glyphs: Glyphs) -> [StyledText] {
        let header = DashboardHeader(self, totals, glyphs, now).lines(columns: 0).dropLast()
        return [StyledText()] + header
    }

    private static func columns(of column: DashboardColumn) -> [Table.Column] {
        switch column {
        case .cpu: [Table.Column("cpu_percent", "CPU", .right)]
        case .memory: [Table.Column("memory_percent", "MEMORY", .right)]
        case .disk: [Table.Column("disk_percent", "DISK", .right)]
        case .load: [Table.Column("load", .none, .right)]
        case .temperature: [Table.Column("temperature_celsius", "TEMP", .right)]
        case .network:
            [
                Table.Column("receive_bytes_per_second", "NET IN", .right),
                Table.Column("transmit_bytes_per_second", "NET OUT", .right),
            ]
        case .clock: [Table.Column("clock_offset_seconds", "CLOCK", .right)]
        case .ntp: [Table.Column("ntp_synced", "SYNCED"), Table.Column("ntp_offset_seconds", "NTP", .right)]
        case .rank: [Table.Column("pipe_rank", "RANK", .right)]
        case .points: [Table.Column("pipe_points", "POINTS", .right)]
        case .egress: [Table.Column("pipe_egress_bytes", "EGRESS", .right)]
        case .name, .state, .place, .trend, .seen: []
        }
    }
}

extension NodeView {
    fileprivate func cells(of column: DashboardColumn) -> [Cell] {
        let isShown = isReached
        func figure(_ value: Double?, _ text: (Double) -> String) -> Cell {
            guard isShown, let value else { return .none }
            return Cell(shown: StyledText(text(value)), value: .double(value))
        }
        switch column {
        case .cpu: return [isShown ? .percent(cpuPercent) : .none]
        case .memory: return [isShown ? .percent(memoryPercent) : .none]
        case .disk: return [isShown ? .percent(diskPercent) : .none]
        case .load: return [figure(load) { HumanUnits.fixed($0, 2) }]
        case .temperature: return [figure(temperature) { HumanUnits.fixed($0, 0) + "°C" }]
        case .network: return [figure(receiveRate, HumanUnits.rate), figure(transmitRate, HumanUnits.rate)]
        case .clock: return [figure(clockOffset, HumanUnits.offset)]
        case .ntp: return [isShown ? synced : .none, figure(time?.offset, HumanUnits.offset)]
        case .rank: return [figure(pipe?.rank.map(Double.init)) { "#" + HumanUnits.fixed($0, 0) }]
        case .points: return [figure(pipe?.points, HumanUnits.count)]
        case .egress: return [figure(pipe?.egress, HumanUnits.bytes)]
        case .name, .state, .place, .trend, .seen: return []
        }
    }

    private var synced: Cell {
        guard let isSynchronised = time?.isSynchronised else { return .none }
        return Cell(
            shown: StyledText(isSynchronised ? "yes" : "no", isSynchronised ? .good : .bad),
            value: .bool(isSynchronised)
        )
    }
}
