import FleetModel

/// How one figure of a node looks in the live view.
struct DashboardCells {
    var glyphs: Glyphs
    var now: Timestamp
    /// Silence for longer than this is worth a warning; nil where nothing is collected.
    var staleAfter: Duration?

    func cell(_ column: DashboardColumn, of node: NodeView, width: Int) -> StyledText {
        switch column {
        case .name: StyledText(node.name.text, .emphasis)
        case .state: state(node)
        case .cpu: meter(node.cpuPercent, width)
        case .memory: meter(node.memoryPercent, width)
        case .disk: percent(node.diskPercent)
        case .load: figure(node.load) { HumanUnits.fixed($0, $0 < 100 ? 2 : 0) }
        case .temperature: temperature(node.temperature)
        case .network: network(node)
        case .clock: figure(node.clockOffset, style: clockStyle) { HumanUnits.offset($0) }
        case .ntp: ntp(node.time)
        case .rank: figure(node.pipe?.rank.map(Double.init)) { "#" + HumanUnits.fixed($0, 0) }
        case .points: figure(node.pipe?.points) { HumanUnits.count($0) }
        case .egress: figure(node.pipe?.egress) { HumanUnits.bytes($0) }
        case .place: StyledText(node.place ?? "", .muted)
        case .trend: StyledText(glyphs.sparkline(node.cpuHistory, width: width, scale: 0...100), .accent)
        case .seen: seen(node)
        }
    }

    private func state(_ node: NodeView) -> StyledText {
        guard node.alerts > 0, node.status == .up else { return glyphs.text(of: node.status) }
        return StyledText(glyphs.alert + " alert", .bad)
    }

    private func figure(
        _ value: Double?,
        style: (Double) -> Style = { _ in .plain },
        _ text: (Double) -> String
    ) -> StyledText {
        guard let value else { return StyledText(glyphs.none, .muted) }
        return StyledText(text(value), style(value))
    }

    private func meter(_ percent: Double?, _ width: Int) -> StyledText {
        guard let percent else { return StyledText(glyphs.none, .muted) }
        let text = HumanUnits.percent(percent)
        return glyphs.bar(percent / 100, width: width - 5)
            + StyledText(String(repeating: " ", count: max(1, 5 - DisplayWidth.of(text))) + text, loud(percent / 100))
    }

    private func percent(_ percent: Double?) -> StyledText {
        figure(percent, style: { loud($0 / 100) }) { HumanUnits.percent($0) }
    }

    private func loud(_ share: Double) -> Style {
        let style = Style.ofLoad(share)
        return style == .accent ? .plain : style
    }

    // A Raspberry Pi slows down at 80 °C, and at 85 °C it is throttled hard.
    private func temperature(_ celsius: Double?) -> StyledText {
        figure(celsius, style: { $0 >= 80 ? .bad : $0 >= 70 ? .warning : .plain }) { HumanUnits.fixed($0, 0) + "°C" }
    }

    private func network(_ node: NodeView) -> StyledText {
        guard node.networkRate != nil else { return StyledText(glyphs.none, .muted) }
        func rate(_ value: Double?) -> String { value.map { HumanUnits.bytes($0) } ?? glyphs.none }
        return StyledText(rate(node.receiveRate)) + StyledText(" / ", .muted)
            + StyledText(rate(node.transmitRate) + "/s")
    }

    // Measured over SSH, a healthy clock is off by less than the round trip; a second breaks log-ins and certificates.
    private func clockStyle(_ seconds: Double) -> Style {
        abs(seconds) >= 1 ? .bad : abs(seconds) >= 0.25 ? .warning : .plain
    }

    private func ntp(_ time: NodeView.TimeFigures?) -> StyledText {
        guard let time else { return StyledText(glyphs.none, .muted) }
        guard time.isSynchronised != false else { return StyledText("not synced", .bad) }
        let stratum = time.stratum.map { StyledText("s\($0) ", .muted) } ?? ""
        return stratum
            + figure(time.offset, style: { abs($0) >= 0.1 ? .bad : abs($0) >= 0.01 ? .warning : .good }) {
                HumanUnits.offset($0)
            }
    }

    private func seen(_ node: NodeView) -> StyledText {
        guard let lastSeen = node.lastSeen else { return StyledText(glyphs.none, .muted) }
        let silence = now - lastSeen
        let isStale = staleAfter.map { silence > $0 } ?? false
        return StyledText(HumanUnits.shortDuration(silence), isStale && node.status == .up ? .warning : .muted)
    }
}
