package import FleetModel

/// One node as the live view shows it. Every figure may be missing; none is shown for a node that is down.
package struct NodeView: Hashable, Sendable {
    package var name: NodeName
    package var status: NodeStatus
    package var lastSeen: Timestamp?
    package var groups: [GroupName] = []
    package var location: String?
    /// `user@host:port`.
    package var address: String?
    /// The operating system and kernel, as one line.
    package var system: String?
    package var uptime: Duration?
    /// Alerts firing for this node.
    package var alerts = 0

    /// 0 to 100.
    package var cpuPercent: Double?
    /// 0 to 100.
    package var memoryPercent: Double?
    /// In bytes.
    package var memoryTotal: Double?
    /// 0 to 100, of `/`.
    package var diskPercent: Double?
    /// In bytes, of `/`.
    package var diskTotal: Double?
    package var load: Double?
    /// Degrees Celsius, the hottest zone.
    package var temperature: Double?
    /// Bytes a second.
    package var receiveRate: Double?
    /// Bytes a second.
    package var transmitRate: Double?
    /// Seconds by which the node's clock is ahead of the controller's.
    package var clockOffset: Double?
    package var time: TimeFigures?
    package var pipe: PipeFigures?
    /// CPU percent of the last hour, evenly spaced, oldest first; nil where nothing was measured.
    package var cpuHistory: [Double?] = []

    package init(name: NodeName, status: NodeStatus, lastSeen: Timestamp? = nil) {
        self.name = name
        self.status = status
        self.lastSeen = lastSeen
    }

    /// What a time server says of itself.
    package struct TimeFigures: Hashable, Sendable {
        package var isSynchronised: Bool?
        /// Seconds.
        package var offset: Double?
        package var stratum: Int?

        package init(isSynchronised: Bool? = nil, offset: Double? = nil, stratum: Int? = nil) {
            self.isSynchronised = isSynchronised
            self.offset = offset
            self.stratum = stratum
        }
    }

    /// What the pulse of a Pipe node says.
    package struct PipeFigures: Hashable, Sendable {
        package var isUp: Bool?
        package var rank: Int?
        package var points: Double?
        /// Bytes.
        package var egress: Double?
        package var reputation: Double?

        package init(
            isUp: Bool? = nil,
            rank: Int? = nil,
            points: Double? = nil,
            egress: Double? = nil,
            reputation: Double? = nil
        ) {
            self.isUp = isUp
            self.rank = rank
            self.points = points
            self.egress = egress
            self.reputation = reputation
        }
    }
}

/// What the page of one node shows beyond its `NodeView`.
package struct NodeDetail: Hashable, Sendable {
    package var trends: [Trend]
    /// Further facts, in the order to show: title and text.
    package var facts: [Fact]

    package init(trends: [Trend] = [], facts: [Fact] = []) {
        self.trends = trends
        self.facts = facts
    }

    package struct Fact: Hashable, Sendable {
        package var title: String
        package var text: String

        package init(_ title: String, _ text: String) {
            self.title = title
            self.text = text
        }
    }

    /// The course of one figure over the last hour.
    package struct Trend: Hashable, Sendable {
        package var title: String
        package var unit: FigureUnit
        /// Evenly spaced, oldest first; nil where nothing was measured.
        package var points: [Double?]

        package init(_ title: String, _ unit: FigureUnit, _ points: [Double?]) {
            self.title = title
            self.unit = unit
            self.points = points
        }
    }
}

/// How a figure is written.
package enum FigureUnit: Hashable, Sendable {
    case percent
    case bytes
    case bytesPerSecond
    case celsius
    /// Seconds, signed.
    case offset
    /// A length of time.
    case seconds
    case count

    package func text(_ figure: Double) -> String {
        switch self {
        case .percent: HumanUnits.percent(figure)
        case .bytes: HumanUnits.bytes(figure)
        case .bytesPerSecond: HumanUnits.rate(figure)
        case .celsius: HumanUnits.fixed(figure, 0) + "°C"
        case .offset: HumanUnits.offset(figure)
        case .seconds: HumanUnits.duration(.seconds(figure))
        case .count: HumanUnits.count(figure)
        }
    }
}
