package import FleetModel

/// What is scraped, and how well: the port that scraping fills.
package protocol TargetBoard: Sendable {
    func targets() async -> [TargetView]
}

/// A target as the Prometheus API shows it.
package struct TargetView: Hashable, Sendable {
    package var pool: String
    package var url: String
    /// Before relabelling; a dropped target has no others.
    package var discovered: LabelSet
    package var labels: LabelSet
    package var isDropped = false
    /// Nil before the first scrape.
    package var isUp: Bool?
    package var lastError: String?
    package var lastScrape: Timestamp?
    package var lastDuration: Duration = .zero
    package var interval: Duration
    package var timeout: Duration

    package init(
        pool: String,
        url: String,
        discovered: LabelSet,
        labels: LabelSet,
        interval: Duration,
        timeout: Duration
    ) {
        self.pool = pool
        self.url = url
        self.discovered = discovered
        self.labels = labels
        self.interval = interval
        self.timeout = timeout
    }
}

/// Nothing is scraped.
package struct NoTargets: TargetBoard {
    package init() {}
    package func targets() async -> [TargetView] { [] }
}

/// The registry's own nodes as targets of the job `flotilla`.
package struct FleetTargets: TargetBoard {
    private let inventory: any InventoryStore
    private let interval: @Sendable () -> Duration

    package init(_ inventory: any InventoryStore, interval: @escaping @Sendable () -> Duration) {
        self.inventory = inventory
        self.interval = interval
    }

    package func targets() async -> [TargetView] {
        guard let nodes = try? await inventory.inventory().nodes.values else { return [] }
        let interval = interval()
        return nodes.sorted { $0.name < $1.name }.map { node in
            let labels = [
                Sample.Label("job", "flotilla"), .init("node", node.name.text), .init("instance", node.instance),
            ]
            let own = node.labels.map { Sample.Label($0.key.text, $0.value.text) }
            let set = LabelSet(own + labels)
            var view = TargetView(
                pool: "flotilla",
                url: "ssh://\(node.user)@\(node.instance)",
                discovered: set,
                labels: set,
                interval: interval,
                timeout: interval
            )
            (view.isUp, view.lastError) = Self.health(node.status)
            view.lastScrape = node.lastSeen
            return view
        }
    }

    private static func health(_ status: NodeStatus) -> (Bool?, String?) {
        switch status {
        case .unknown: (nil, nil)
        case .up: (true, nil)
        case .down(_, let reason), .quarantined(let reason): (false, reason)
        }
    }
}

/// Several boards as one.
package struct AllTargets: TargetBoard {
    private let boards: [any TargetBoard]

    package init(_ boards: [any TargetBoard]) {
        self.boards = boards
    }

    package func targets() async -> [TargetView] {
        var all: [TargetView] = []
        for board in boards { all += await board.targets() }
        return all
    }
}

extension Node {
    /// `host:port`, as the label `instance` of its samples has it.
    package var instance: String { host.joined(to: port) }
}
