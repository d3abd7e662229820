package import FleetModel
package import Logging

/// The loop that polls the fleet: each node once an interval at its own place, one poll in flight for each, overruns
/// counted, results stored in batches.
package actor Collector {
    private let fleet: Fleet
    private var interval: Duration
    private var retention: RetentionLimits
    private let entropy: @Sendable () -> UInt64
    private let logger: Logger
    private var pollers: [NodeName: NodePoller] = [:]
    private var inFlight: [NodeName: Task<NodePoll, Never>] = [:]
    private let contacts = FirstContacts()
    /// Nodes that wait for their turn to be met: their polls have not begun.
    private var queued: Set<NodeName> = []
    /// Nodes that no connection reached the last time: asking again costs nobody anything, and takes long.
    private var unreached: Set<NodeName> = []
    private var finished: [NodePoll] = []
    private var ledger = ObservationLedger()
    private var inventory = Inventory()
    private var routes: Routes?
    private var round = PollRound()
    package private(set) var overruns = 0
    package private(set) var lastCycle: Duration?

    /// - `interval`: between two polls of a node.
    /// - `retention`: what is older, or too much, is forgotten.
    package init(
        fleet: Fleet,
        interval: Duration,
        retention: RetentionLimits,
        entropy: @escaping @Sendable () -> UInt64,
        logger: Logger
    ) {
        self.fleet = fleet
        self.interval = interval
        self.retention = retention
        self.entropy = entropy
        self.logger = logger
    }

    /// From the next poll on; a round under way ends early when its interval changes.
    package func use(interval: Duration, retention: RetentionLimits) {
        self.interval = interval
        self.retention = retention
    }

    /// Polls until the task is cancelled.
    package func run(seed: UInt64) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.storeLoop() }
            group.addTask { await self.upkeepLoop() }
            let elapsed = Stopwatch.started(on: self.fleet.clock)
            var start = Duration.zero
            while !Task.isCancelled {
                try await self.oneRound(seed: seed, from: start, elapsed: elapsed, in: &group)
                // In step with the first round: what reading the registry takes must not add up. After a sleep of the
                // whole machine the missed rounds are not made up for.
                start += self.interval
                if elapsed() - start > self.interval { start = elapsed() }
            }
        }
    }

    /// Polls these nodes now; the results are stored before this returns.
    package func collect(_ names: [NodeName]) async throws -> [NodeName: PollOutcome] {
        try await reload()
        let nodes = names.compactMap { inventory.nodes[$0] }
        let polls = await onEach(nodes, width: 1024) { await self.poll($0) }
        try await store(all: true)
        return Dictionary(polls.map { ($0.item.name, $0.outcome.outcome) }, uniquingKeysWith: { $1 })
    }

    /// - `start`: when the round is to begin, by `elapsed`, which no setting of the wall clock moves.
    private func oneRound(
        seed: UInt64,
        from start: Duration,
        elapsed: @Sendable () -> Duration,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws {
        try await reload()
        let interval = interval
        let schedule = PollSchedule(nodes: Array(inventory.nodes.keys), interval: interval, seed: seed)
        let step = max(Duration.milliseconds(20), min(.milliseconds(500), interval / 100))
        var place = Duration.zero
        while place < interval, interval == self.interval {
            let next = min(interval, place + step)
            for name in schedule.due(from: place, to: next) { begin(name, in: &group) }
            place = next
            let ahead = start + place - elapsed()
            if ahead > .zero { try await fleet.clock.sleep(for: ahead) }
        }
        lastCycle = round.finish(at: fleet.now())
    }

    private func begin(_ name: NodeName, in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard let node = inventory.nodes[name], node.status.word != "quarantined" else { return }
        guard inFlight[name] == nil else {
            if !queued.contains(name) { overruns += 1 }
            return
        }
        group.addTask { _ = await self.poll(node) }
    }

    /// One poll of a node at a time: whoever asks while one is under way gets that one's result.
    private func poll(_ node: Node) async -> NodePoll {
        if let running = inFlight[node.name] { return await running.value }
        // UNSTRUCTURED: the schedule and `collect` may both wait for it; awaited right here, cancelled with us.
        let running = Task { await self.freshPoll(node) }
        inFlight[node.name] = running
        let poll = await withTaskCancellationHandler {
            await running.value
        } onCancel: {
            running.cancel()
        }
        inFlight[node.name] = nil
        return poll
    }

    private func freshPoll(_ node: Node) async -> NodePoll {
        let poller = pollers[node.name] ?? NodePoller(shell: fleet.shell, now: fleet.now, entropy: entropy)
        pollers[node.name] = poller
        let turn = await turn(of: poller, node.name)
        round.began(at: fleet.now())
        // A node that never answers must be done with before its next turn, or every turn of it would be an overrun.
        let deadline = min(interval * 4 / 5, .seconds(15))
        let poll: NodePoll
        if let routes {
            poll = await poller.poll(node, routes: routes, within: deadline)
        } else {
            poll = keyless(node)
        }
        round.ended(at: fleet.now())
        finished.append(poll)
        await noteContact(with: node.name, poll.outcome.error, turn)
        return poll
    }

    /// A place among the first contacts, where the node's probe does not wait for us already.
    private func turn(of poller: NodePoller, _ name: NodeName) async -> Int? {
        guard !unreached.contains(name), await !poller.isWarm else { return nil }
        queued.insert(name)
        let turn = await contacts.enter()
        queued.remove(name)
        return turn
    }

    private func noteContact(with name: NodeName, _ error: RemoteError?, _ turn: Int?) async {
        switch error?.kind {
        case .connectTimeout, .connectRefused, .unreachable, .unresolved: unreached.insert(name)
        default: unreached.remove(name)
        }
        if let turn { await contacts.leave(turn, .init(of: error)) }
    }

    private func keyless(_ node: Node) -> NodePoll {
        let now = fleet.now()
        let error = RemoteError(
            .authDenied,
            node.name,
            "the fleet's keys cannot be read",
            advice: "run: flotilla init"
        )
        return NodePoll(node: node, began: now, ended: now, error: error)
    }

    private func reload() async throws {
        inventory = try await fleet.inventory.inventory()
        routes = try fleet.routes(inventory)
        ledger.keep(inventory.nodes)
        for (name, poller) in pollers where inventory.nodes[name] == nil {
            pollers[name] = nil
            unreached.remove(name)
            await poller.close()
        }
    }

    /// Beside the rounds: folds what came in, and forgets what is over the limits.
    private func upkeepLoop() async {
        while !Task.isCancelled {
            do {
                try await fleet.samples.maintain(at: fleet.now(), keeping: retention)
            } catch is CancellationError {
                return
            } catch {
                logger.error("the samples could not be kept in order", metadata: ["reason": "\(Self.reason(error))"])
            }
            try? await fleet.clock.sleep(for: .seconds(30))
        }
    }

    private static func reason(_ error: any Error) -> String { (error as? any Explained)?.problem ?? "\(error)" }

    private func storeLoop() async throws {
        while !Task.isCancelled {
            try? await fleet.clock.sleep(for: .milliseconds(500))
            do {
                try await store()
            } catch {
                // The polls are kept and tried again: a full disk must not end the collector.
                logger.error("samples could not be stored", metadata: ["reason": "\(Self.reason(error))"])
            }
        }
        try await store(all: true)
    }

    /// - `all`: what is known about the nodes' reach is written without waiting for its minute.
    private func store(all: Bool = false) async throws {
        let batch = finished
        finished = []
        let news = batch.compactMap(\.observation)
        let due = ledger.due(news, nodes: inventory.nodes, at: fleet.now(), all: all)
        let store = PollStore(samples: fleet.samples, inventory: fleet.inventory, now: fleet.now)
        do {
            try await store.keep(batch, observing: due)
        } catch {
            ledger.giveBack(due)
            // Newest last, and never more than a few rounds of them.
            finished = Array((batch + finished).suffix(4 * max(256, inventory.nodes.count)))
            throw error
        }
    }
}

/// Time by a clock that only runs forward.
enum Stopwatch {
    static func started<C: Clock<Duration>>(on clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}

/// The work of one round: the time in which at least one poll was in flight.
struct PollRound {
    private var work = Duration.zero
    private var active = 0
    private var since: Timestamp?

    mutating func began(at now: Timestamp) {
        if active == 0 { since = now }
        active += 1
    }

    mutating func ended(at now: Timestamp) {
        active = max(0, active - 1)
        guard active == 0, let since else { return }
        work += now - since
        self.since = nil
    }

    /// The work since the last round's end. Polls still in flight go on into the next round.
    mutating func finish(at now: Timestamp) -> Duration {
        defer {
            work = .zero
            if active > 0 { since = now }
        }
        return work + (since.map { now - $0 } ?? .zero)
    }
}
