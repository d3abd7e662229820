package import FleetModel

/// The figures of the whole fleet, counted in one pass over its nodes.
package struct FleetTotals: Hashable, Sendable {
    package private(set) var up = 0
    package private(set) var down = 0
    package private(set) var unknown = 0
    package private(set) var quarantined = 0
    /// Nodes that answer and have alerts firing.
    package private(set) var alerting = 0
    package private(set) var pipe = Pipe()
    package private(set) var time = Time()
    /// Columns that have something to show.
    package private(set) var present: Set<DashboardColumn> = [.name, .state, .seen]
    /// In columns.
    package private(set) var longestName = 4
    package private(set) var longestPlace = 5

    package struct Pipe: Hashable, Sendable {
        package var nodes = 0
        package var points = 0.0
        package var egress = 0.0
        package var bestRank: Int?
    }

    package struct Time: Hashable, Sendable {
        package var nodes = 0
        package var synchronised = 0
        package var worst: (node: NodeName, offset: Double)?

        package static func == (left: Time, right: Time) -> Bool {
            left.nodes == right.nodes && left.synchronised == right.synchronised
                && left.worst?.node == right.worst?.node && left.worst?.offset == right.worst?.offset
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(nodes)
            hasher.combine(synchronised)
            hasher.combine(worst?.node)
        }
    }

    package init(_ nodes: [NodeView]) {
        var missing = DashboardColumn.figures
        for node in nodes {
            count(node.status)
            if node.alerts > 0, node.status == .up { alerting += 1 }
            longestName = max(longestName, node.name.text.utf8.count)
            if let place = node.place {
                present.insert(.place)
                longestPlace = max(longestPlace, DisplayWidth.of(place))
            }
            // A column is looked for only until one node has it: most are settled by the first node.
            missing.removeAll { node.has($0) }
            guard node.isReached else { continue }
            if let figures = node.pipe { count(figures) }
            if let figures = node.time { count(figures, node.name) }
        }
        present.formUnion(Set(DashboardColumn.figures).subtracting(missing))
    }

    private mutating func count(_ status: NodeStatus) {
        switch status {
        case .up: up += 1
        case .down: down += 1
        case .unknown: unknown += 1
        case .quarantined: quarantined += 1
        }
    }

    private mutating func count(_ figures: NodeView.PipeFigures) {
        pipe.nodes += 1
        pipe.points += figures.points ?? 0
        pipe.egress += figures.egress ?? 0
        if let rank = figures.rank { pipe.bestRank = min(rank, pipe.bestRank ?? rank) }
    }

    private mutating func count(_ figures: NodeView.TimeFigures, _ name: NodeName) {
        time.nodes += 1
        if figures.isSynchronised == true { time.synchronised += 1 }
        guard let offset = figures.offset, offset.isFinite, abs(offset) >= abs(time.worst?.offset ?? 0) else { return }
        time.worst = (name, offset)
    }
}

extension NodeView {
    /// Where it stands: the location, else its first group.
    var place: String? { (location ?? groups.first?.text).map(TerminalText.visibleInline) }

    /// False for nodes whose figures are of the past.
    var isReached: Bool {
        switch status {
        case .up, .unknown: true
        case .down, .quarantined: false
        }
    }
}
