import FleetModel

/// The columns of the live view, in the order they stand.
package enum DashboardColumn: Hashable, Sendable, CaseIterable {
    case name
    case state
    case cpu
    case memory
    case disk
    case load
    case temperature
    case network
    case clock
    case ntp
    case rank
    case points
    case egress
    case place
    case trend
    case seen

    /// Those that are shown only where some node has a figure.
    static let figures: [DashboardColumn] = [
        .cpu, .memory, .disk, .load, .temperature, .network, .clock, .ntp, .rank, .points, .egress, .trend,
    ]

    /// What is shown first where not all fit.
    static let byImportance: [DashboardColumn] = [
        .cpu, .memory, .disk, .ntp, .points, .trend, .temperature, .clock, .rank, .egress, .load, .network, .place,
    ]

    var title: String {
        switch self {
        case .name: "NODE"
        case .state: "STATE"
        case .cpu: "CPU"
        case .memory: "MEMORY"
        case .disk: "DISK"
        case .load: "LOAD"
        case .temperature: "TEMP"
        case .network: "NET IN/OUT"
        case .clock: "CLOCK"
        case .ntp: "NTP"
        case .rank: "RANK"
        case .points: "POINTS"
        case .egress: "EGRESS"
        case .place: "PLACE"
        case .trend: "LAST HOUR"
        case .seen: "SEEN"
        }
    }

    var alignment: Alignment {
        switch self {
        case .name, .state, .cpu, .memory, .ntp, .place, .trend: .left
        case .disk, .load, .temperature, .network, .clock, .rank, .points, .egress, .seen: .right
        }
    }

    /// In columns; `name`, `state` and `place` follow what the fleet needs.
    var width: Int {
        switch self {
        case .name, .state: 8
        case .cpu, .memory: 10
        case .disk, .seen: 4
        case .load, .temperature: 5
        case .network: 19
        case .clock: 8
        case .ntp: 12
        case .rank: 6
        case .points, .egress: 7
        case .place: 8
        case .trend: 9
        }
    }
}

extension NodeView {
    /// True where there is something to show in a column of figures.
    func has(_ column: DashboardColumn) -> Bool {
        switch column {
        case .name, .state, .seen, .place: true
        case .cpu: cpuPercent != nil
        case .memory: memoryPercent != nil
        case .disk: diskPercent != nil
        case .load: load != nil
        case .temperature: temperature != nil
        case .network: networkRate != nil
        case .clock: clockOffset != nil
        case .ntp: time != nil
        case .rank: pipe?.rank != nil
        case .points: pipe?.points != nil
        case .egress: pipe?.egress != nil
        case .trend: cpuHistory.contains { $0 != nil }
        }
    }
}
