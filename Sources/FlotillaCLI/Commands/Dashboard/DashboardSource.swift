import FleetModel
import Operations
import Synchronization

/// Fills the dashboard from the stores. Rates come from two successive polls of the same node.
actor DashboardSource {
    private let fleet: Fleet
    private var previous: [NodeName: PollRecord] = [:]
    private var rates: [NodeName: NodeRates] = [:]
    private var histories: [NodeName: [Double?]] = [:]
    private var historyAt: Timestamp?
    private let known = Mutex(Inventory())

    init(fleet: Fleet) {
        self.fleet = fleet
    }

    func model() async throws -> DashboardModel {
        let inventory = try await fleet.inventory.inventory()
        known.withLock { $0 = inventory }
        let polls = try await fleet.samples.latest(of: Array(inventory.nodes.keys))
        for (name, poll) in polls { takeRates(poll, of: name) }
        let now = fleet.now()
        try await refreshHistories(polls, at: now)
        let nodes = inventory.nodes.values.map { node in
            var view = NodeView(node, poll: polls[node.name])
            view.receiveRate = rates[node.name]?.received
            view.transmitRate = rates[node.name]?.transmitted
            view.cpuHistory = histories[node.name] ?? []
            return view
        }
        return DashboardModel(at: now, nodes: nodes, collector: await collector(polls))
    }

    func detail(of name: NodeName) async throws -> NodeDetail {
        let since = fleet.now() + .seconds(-3600)
        var trends: [NodeDetail.Trend] = []
        for figure in Self.trends {
            let points = try await fleet.samples.history(figure.metric, labels: figure.labels, of: name, since: since)
            guard !points.isEmpty else { continue }
            let buckets = HourBuckets.fill(points, since: since).map { $0.map { $0 * figure.factor } }
            trends.append(.init(figure.title, figure.unit, buckets))
        }
        return NodeDetail(trends: trends, facts: [])
    }

    /// Quick: the inventory of the last model.
    nonisolated func matching(_ text: String) throws(UsageError) -> Set<NodeName> {
        let inventory = known.withLock { $0 }
        return Set(try Selector(text).nodes(in: inventory))
    }

    private static let trends:
        [(title: String, metric: String, labels: [Sample.Label], unit: FigureUnit, factor: Double)] = [
            ("cpu", "flotilla_cpu_busy_ratio", [], .percent, 100), ("load", "node_load1", [], .count, 1),
            ("memory available", "node_memory_MemAvailable_bytes", [], .bytes, 1),
            ("disk /", "disk_usage_percent", [], .percent, 1),
            ("clock offset", "flotilla_clock_offset_seconds", [], .offset, 1),
            ("ntp offset", "ntp_offset_ms", [], .offset, 0.001),
            ("points", "pipe_points", [], .count, 1), ("egress", "pipe_egress_bytes", [], .bytes, 1),
            ("rank", "pipe_rank", [], .count, 1), ("poll time", "flotilla_poll_duration_seconds", [], .seconds, 1),
        ]

    private func collector(_ polls: [NodeName: PollRecord]) async -> DashboardModel.Collector? {
        guard let health = await fleet.daemonHealth() else {
            return .init(isRunning: false, interval: .zero, lastPoll: polls.values.map(\.at).max())
        }
        return .init(
            isRunning: true,
            interval: health.interval,
            lastPoll: polls.values.map(\.at).max(),
            overruns: health.overruns
        )
    }

    private func takeRates(_ poll: PollRecord, of name: NodeName) {
        guard let before = previous[name] else { return previous[name] = poll }
        guard before.at != poll.at else { return }
        rates[name] = NodeRates(from: before, to: poll)
        previous[name] = poll
    }

    /// The last hour of every node's processors: read seldom, and only for fleets where that is cheap.
    private func refreshHistories(_ polls: [NodeName: PollRecord], at now: Timestamp) async throws {
        if let historyAt, now - historyAt < .seconds(30) { return }
        historyAt = now
        guard polls.count <= 200 else { return }
        let since = now + .seconds(-3600)
        for name in polls.keys {
            let points = try await fleet.samples.history("flotilla_cpu_busy_ratio", labels: [], of: name, since: since)
            histories[name] = HourBuckets.fill(points, since: since).map { $0.map { $0 * 100 } }
        }
    }
}

/// An hour in sixty places; a place without a sample stays empty.
enum HourBuckets {
    static func fill(_ points: [(at: Timestamp, value: Double)], since: Timestamp) -> [Double?] {
        var buckets = [Double?](repeating: nil, count: 60)
        for point in points {
            let place = Int((point.at - since).milliseconds / 60_000)
            if buckets.indices.contains(place) { buckets[place] = point.value }
        }
        return buckets
    }
}

/// Bytes a second over all interfaces but the loopback.
private struct NodeRates {
    var received: Double?
    var transmitted: Double?

    init(from before: PollRecord, to after: PollRecord) {
        let seconds = (after.at - before.at).seconds
        guard seconds > 0 else { return }
        received = Self.rate("node_network_receive_bytes_total", before, after, seconds)
        transmitted = Self.rate("node_network_transmit_bytes_total", before, after, seconds)
    }

    private static func rate(_ metric: String, _ before: PollRecord, _ after: PollRecord, _ seconds: Double) -> Double?
    {
        func total(_ poll: PollRecord) -> Double {
            poll.samples.reduce(0) { $1.name == metric && $1["device"] != "lo" ? $0 + $1.value : $0 }
        }
        let grown = total(after) - total(before)
        return grown >= 0 ? grown / seconds : nil
    }
}
