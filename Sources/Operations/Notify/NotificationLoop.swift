package import Alerting
package import FleetModel
package import Logging

/// Takes alerts, lets the engine decide, and sends: what is decided is written down before it is sent, and what was sent
/// is written down after. A process killed in between sends again rather than never.
package actor NotificationLoop: AlertSink {
    private let store: any AlertStore
    private let notifier: any Notifier
    private let surroundings: Surroundings
    private let logger: Logger
    var engine: NotificationEngine
    private var silenceVersion: Int64?
    private var sendings: [NoticeRecord.Key: Sending] = [:]
    private var told: Set<ReachFinding.Cause> = []
    /// False until uplinks that came back before this process began are told of.
    private var hasLooked = false
    private var nextLook: Timestamp?
    private var nextForget: Timestamp?
    var history: [AlertHistoryEntry] = []
    /// Since the process began.
    private(set) var tries: [NotificationTry: Int] = [:]

    /// A message on its way.
    private struct Sending {
        var delivery: Delivery
        var isInFlight = false
    }

    /// What the loop asks of the rest of the fleet.
    package struct Surroundings: Sendable {
        package var now: @Sendable () -> Timestamp
        /// A new UUID.
        package var newID: @Sendable () -> String
        package var changes: (any ChangesBefore)?
        /// What the last polls said of the nodes' reach.
        package var reach: @Sendable () async throws -> [ReachFinding.NodeReach]
        /// Whether the controller reaches anything at all; asked only where much of the fleet is gone.
        package var ownLinkWorks: @Sendable () async -> Bool

        package init(
            now: @escaping @Sendable () -> Timestamp,
            newID: @escaping @Sendable () -> String,
            changes: (any ChangesBefore)? = nil,
            reach: @escaping @Sendable () async throws -> [ReachFinding.NodeReach] = { [] },
            ownLinkWorks: @escaping @Sendable () async -> Bool = { true }
        ) {
            self.now = now
            self.newID = newID
            self.changes = changes
            self.reach = reach
            self.ownLinkWorks = ownLinkWorks
        }
    }

    /// Takes up what a process before this one left.
    package init(
        plan: NotificationPlan,
        store: any AlertStore,
        notifier: any Notifier,
        surroundings: Surroundings,
        logger: Logger
    ) async throws {
        let now = surroundings.now()
        let stored = try await store.load()
        (self.store, self.notifier, self.surroundings, self.logger) = (store, notifier, surroundings, logger)
        engine = NotificationEngine(
            plan: plan,
            alerts: stored.alerts,
            records: stored.records,
            silences: stored.silences,
            at: now
        )
        silenceVersion = stored.silenceVersion
        for var delivery in stored.deliveries where !delivery.isDead {
            // It may have been sent when the process ended.
            engine.settle(delivery.order, .uncertain, at: now)
            delivery.nextTry = now
            sendings[delivery.order.key] = Sending(delivery: delivery)
        }
    }

    /// Looks every second until it is cancelled.
    package func run(clock: any Clock<Duration>) async throws {
        while !Task.isCancelled {
            do {
                try await step()
            } catch let error as any Explained {
                logger.error("alerts could not be handled", metadata: ["reason": "\(error.problem)"])
            }
            try await clock.sleep(for: .seconds(1))
        }
    }

    /// One look: decide, write down, send what is due. Returns when the sending has begun.
    package func step() async throws {
        let now = surroundings.now()
        try await readSilences()
        try await lookAround(now)
        var changes = AlertChanges()
        for decision in engine.advance(to: now) { note(decision, in: &changes, at: now) }
        if nextForget.map({ $0 <= now }) ?? true {
            nextForget = now + .seconds(3600)
            changes.forgetBefore = now + .seconds(-30 * 86_400)
            changes.forgottenSilences = engine.silences.forget(endedBefore: now + .seconds(-5 * 86_400))
        }
        try await write(changes)
        for (key, sending) in sendings where !sending.isInFlight && sending.delivery.nextTry <= now { begin(key) }
    }

    /// Takes alerts in; they are on the disk when this returns.
    package func receive(_ alerts: [PostedAlert], from source: AlertSource) async throws {
        let now = surroundings.now()
        let received = engine.receive(alerts, from: source, at: now)
        for fingerprint in received.began {
            guard let known = engine.known(fingerprint) else { continue }
            history.append(
                AlertHistoryEntry(
                    at: now,
                    event: "fired",
                    alert: known.alert.labels.groupText,
                    reason: source == .rules ? "a rule holds" : "told by the interface"
                )
            )
        }
        for fingerprint in received.flapping { sayFlapping(fingerprint, now) }
        await annotate(received.began, now)
        try await write(AlertChanges())
    }

    /// Takes what the rules say; their next evaluation says it again, so a failure is only logged.
    package func accept(_ alerts: [Alert], at moment: Timestamp) async {
        do {
            try await receive(alerts.map(PostedAlert.init), from: .rules)
        } catch {
            logger.error("alerts could not be taken in", metadata: ["reason": "\(error)"])
        }
    }

    /// Another configuration; what was told stays known.
    package func use(_ plan: NotificationPlan) { engine.use(plan, at: surroundings.now()) }

    /// Returns when nothing is being sent any more.
    package func drain() async {
        while let task = tasks.values.first { await task.value }
    }

    private var tasks: [NoticeRecord.Key: Task<Void, Never>] = [:]

    private func note(_ decision: Decision, in changes: inout AlertChanges, at now: Timestamp) {
        switch decision {
        case .hold(let held):
            changes.history.append(
                AlertHistoryEntry(
                    at: now,
                    event: held.reason.word,
                    alert: held.alertText,
                    receiver: held.receiver,
                    groupKey: held.groupKey,
                    reason: held.reason.text
                )
            )
        case .send(let order) where order.isSilent: engine.settle(order, .taken, at: now)
        case .send(let order):
            // What is on its way is not overtaken: the group's next turn decides on what came of it.
            if sendings[order.key]?.isInFlight == true { return }
            var delivery = Delivery(id: surroundings.newID(), order: order, nextTry: now)
            if let waiting = sendings[order.key]?.delivery {
                (delivery.id, delivery.attempts, delivery.nextTry) = (waiting.id, waiting.attempts, waiting.nextTry)
            }
            sendings[order.key] = Sending(delivery: delivery)
            changes.deliveries.append(delivery)
        }
    }

    private func begin(_ key: NoticeRecord.Key) {
        guard tasks.count < 16, tasks[key] == nil, let delivery = sendings[key]?.delivery else { return }
        sendings[key]?.isInFlight = true
        // UNSTRUCTURED: a slow receiver must not keep the others waiting; `drain` awaits it.
        tasks[key] = Task {
            await self.send(delivery)
            self.tasks[key] = nil
        }
    }

    private func send(_ delivery: Delivery) async {
        guard let integration = engine.plan.integration(at: delivery.order.place) else {
            let gone = NotifyError(
                "receiver_gone",
                "the configuration no longer has \(delivery.order.place.text)",
                canBeRetried: false
            )
            return await end(delivery, gone)
        }
        do throws(NotifyError) {
            try await notifier.send(delivery.order.notice, over: integration, at: surroundings.now())
            await end(delivery, nil)
        } catch {
            await end(delivery, error)
        }
    }

    private func end(_ delivery: Delivery, _ error: NotifyError?) async {
        let now = surroundings.now()
        var delivery = delivery
        var changes = AlertChanges()
        delivery.attempts += 1
        delivery.problem = error?.problem
        let ending = DeliveryEnding(delivery, error, at: now)
        engine.settle(delivery.order, ending.outcome, at: now)
        let result = error == nil ? "taken" : ending.retryIn == nil ? "given_up" : "failed"
        tries[NotificationTry(receiver: delivery.order.place.receiver, result: result), default: 0] += 1
        if let wait = ending.retryIn {
            delivery.nextTry = now + wait
            sendings[delivery.order.key] = Sending(delivery: delivery)
            changes.deliveries = [delivery]
        } else {
            sendings[delivery.order.key] = nil
            delivery.isDead = error != nil
            if delivery.isDead { changes.deliveries = [delivery] } else { changes.endedDeliveries = [delivery.id] }
        }
        changes.history = ending.history(of: delivery, at: now)
        do {
            try await write(changes)
        } catch {
            logger.error("what became of a message could not be written down", metadata: ["reason": "\(error)"])
        }
    }

    private func write(_ changes: AlertChanges) async throws {
        var changes = changes
        changes.engine = engine.takeChanges()
        changes.history = history + changes.history
        history = []
        guard !changes.isEmpty else { return }
        try await store.save(changes)
    }

    /// Messages that were decided on and not yet taken.
    var waiting: Int { sendings.count }

    var moment: Timestamp { surroundings.now() }
    var freshID: String { surroundings.newID() }

    func keep(_ silences: [Silence]) async throws {
        var changes = AlertChanges()
        changes.silences = silences
        try await write(changes)
    }

    func readSilences() async throws {
        guard let fresh = try await store.silences(unless: silenceVersion) else { return }
        silenceVersion = fresh.version
        engine.silences = SilenceBook(fresh.silences)
    }

    /// What was done to the nodes in the hour before.
    private func annotate(_ began: [UInt64], _ now: Timestamp) async {
        guard let changes = surroundings.changes else { return }
        var known: [String: String] = [:]
        for fingerprint in began {
            guard let text = engine.known(fingerprint)?.alert.labels["node"], let node = try? NodeName(text) else {
                continue
            }
            if known[text] == nil {
                let lines = (try? await changes.changes(on: node, from: now + .seconds(-3600), to: now)) ?? []
                known[text] = lines.joined(separator: "\n")
            }
            if let lines = known[text], !lines.isEmpty {
                engine.annotate(fingerprint, KnownAlert.changesAnnotation, lines)
            }
        }
    }

    private func sayFlapping(_ fingerprint: UInt64, _ now: Timestamp) {
        guard let known = engine.known(fingerprint), let until = known.dampedUntil else { return }
        let text = "fired \(known.starts.count) times lately: its resolve waits until it has been quiet"
        engine.annotate(fingerprint, KnownAlert.flappingAnnotation, text)
        history.append(
            AlertHistoryEntry(
                at: now,
                event: "flapping",
                alert: known.alert.labels.groupText,
                reason: HoldReason.flapping(until: until).text
            )
        )
    }

    /// One dead uplink is one message: every five seconds what stands before lost nodes is looked for.
    private func lookAround(_ now: Timestamp) async throws {
        guard nextLook.map({ $0 <= now }) ?? true else { return }
        nextLook = now + .seconds(5)
        let nodes = try await surroundings.reach()
        let works = ReachFinding.isMassLoss(nodes) ? await surroundings.ownLinkWorks() : true
        let findings = ReachFinding.find(nodes, ownLinkWorks: works)
        engine.findings = findings
        var posted = findings.map(\.alert)
        let causes = Set(findings.map(\.cause))
        for cause in told.subtracting(causes) {
            var over = ReachFinding(cause: cause, nodes: []).alert
            over.endsAt = now
            posted.append(over)
        }
        told = causes
        if !hasLooked {
            hasLooked = true
            posted += mendedUplinks(besides: findings)
        }
        if !posted.isEmpty { try await receive(posted, from: .rules) }
    }
}
