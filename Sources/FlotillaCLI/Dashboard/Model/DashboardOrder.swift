package import FleetModel

/// What the rows are sorted by.
package enum DashboardSort: String, Hashable, Sendable, CaseIterable {
    /// Trouble first.
    case state
    case name
    case cpu
    case memory
    case disk
    case load
    case temperature
    case network
    case clock
    case rank
    case points
    case egress
    /// Longest silence first.
    case seen

    /// The column that shows what is sorted by.
    package var column: DashboardColumn {
        switch self {
        case .state: .state
        case .name: .name
        case .cpu: .cpu
        case .memory: .memory
        case .disk: .disk
        case .load: .load
        case .temperature: .temperature
        case .network: .network
        case .clock: .clock
        case .rank: .rank
        case .points: .points
        case .egress: .egress
        case .seen: .seen
        }
    }

    /// The next one that this fleet has figures for.
    package func next(among present: Set<DashboardColumn>, backwards: Bool = false) -> DashboardSort {
        let all = backwards ? Self.allCases.reversed() : Self.allCases
        let turned = all.drop { $0 != self }.dropFirst() + all
        return turned.first { present.contains($0.column) } ?? .state
    }

    /// The figure that decides, higher first; nil comes last. Names decide between equals.
    fileprivate func weight(_ node: NodeView) -> Double? {
        switch self {
        case .state: node.severity
        case .name: 0
        case .seen: node.lastSeen.map { -Double($0.milliseconds) } ?? .infinity
        case _ where !node.isReached: nil
        case .cpu: node.cpuPercent
        case .memory: node.memoryPercent
        case .disk: node.diskPercent
        case .load: node.load
        case .temperature: node.temperature
        case .network: node.networkRate
        case .clock: node.clockOffset.map(abs)
        case .rank: node.pipe?.rank.map { -Double($0) }
        case .points: node.pipe?.points
        case .egress: node.pipe?.egress
        }
    }
}

/// The rows of the live view: which nodes, in which order. Cost: n log n; made anew only when one of its inputs changes.
package struct DashboardOrder: Sendable {
    /// Indices into the model's nodes.
    package let rows: [Int]

    /// `only` nil shows every node.
    package init(_ nodes: [NodeView], sort: DashboardSort, isReversed: Bool, only: Set<NodeName>? = nil) {
        let shown = nodes.indices.filter { only?.contains(nodes[$0].name) ?? true }
        let weights = shown.map { index in
            (index: index, weight: sort.weight(nodes[index]).flatMap { $0.isNaN ? nil : $0 })
        }
        let sign = isReversed ? -1.0 : 1.0
        rows = weights.sorted { left, right in
            switch (left.weight, right.weight) {
            case (nil, nil): break
            case (nil, _): return false
            case (_, nil): return true
            case (let a?, let b?) where a != b: return a * sign > b * sign
            default: break
            }
            let isBefore = nodes[left.index].name.text.comesBefore(nodes[right.index].name.text)
            return sort == .name && isReversed ? !isBefore && left.index != right.index : isBefore
        }.map(\.index)
    }
}

extension NodeView {
    var networkRate: Double? {
        receiveRate == nil && transmitRate == nil ? nil : (receiveRate ?? 0) + (transmitRate ?? 0)
    }

    fileprivate var severity: Double {
        switch status {
        case .quarantined: 4
        case .down: 3
        case .up where alerts > 0: 2
        case .unknown: 1
        case .up: 0
        }
    }
}

extension String {
    /// Natural order: runs of digits compare as numbers, so `pi-9` stands before `pi-10`.
    func comesBefore(_ other: String) -> Bool {
        var left = utf8[...]
        var right = other.utf8[...]
        while let a = left.first, let b = right.first {
            if a.isDigit, b.isDigit {
                let one = left.takeNumber()
                let two = right.takeNumber()
                if one.count != two.count { return one.count < two.count }
                if !one.elementsEqual(two) { return one.lexicographicallyPrecedes(two) }
            } else {
                if a != b { return a < b }
                left.removeFirst()
                right.removeFirst()
            }
        }
        // `pi-1` and `pi-01` are equal numbers: the plain order then keeps the sorting stable.
        return left.isEmpty && right.isEmpty ? utf8.lexicographicallyPrecedes(other.utf8) : left.isEmpty
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}

extension Substring.UTF8View {
    /// Takes a run of digits away; the result is without its leading zeros.
    fileprivate mutating func takeNumber() -> Substring.UTF8View {
        let digits = prefix { $0.isDigit }
        self = dropFirst(digits.count)
        return digits.drop { $0 == 0x30 }
    }
}
