package import Alerting
package import FleetModel
internal import PromQL

/// Evaluates the groups of rules, each at its own place in its interval, and hands their alerts on.
package actor RuleLoop {
    private let ports: Ports
    private let settings: RunningGroup.Settings
    private let restoring: RuleStateRestoring
    private let now: @Sendable () -> Timestamp
    private let elapsed: @Sendable () -> Duration

    private var running: [Entry] = []
    /// Groups of a configuration that is gone, until their series are ended.
    private var leaving: [RunningGroup] = []
    private var freshness = SourceFreshness.unknown
    /// True once there were rules: what is new after that has no state from before a restart.
    private var hasStarted = false
    /// Raised by each configuration: an evaluation that began under another one is not kept.
    private var generation = 0
    /// True until alerts of rules that are gone are looked for.
    private var mayHaveOrphans = true
    /// Ends the wait for the next evaluation.
    private var wakeUp: AsyncStream<Void>.Continuation?

    /// What the loop works with.
    package struct Ports: Sendable {
        let data: any RuleData
        let states: StoredRuleStates
        let sink: any AlertSink
        /// The names of all registered nodes.
        let registered: @Sendable () async throws -> Set<String>

        package init(
            data: any RuleData,
            states: StoredRuleStates,
            sink: any AlertSink,
            registered: @escaping @Sendable () async throws -> Set<String>
        ) {
            self.data = data
            self.states = states
            self.sink = sink
            self.registered = registered
        }
    }

    /// A group with its place in time.
    private struct Entry: Sendable {
        var group: RunningGroup
        let schedule: RuleSchedule
        var due: Timestamp
        /// False until what was stored before a restart is taken over.
        var isRestored: Bool
    }

    /// - `now` is the wall clock, `elapsed` a clock that only goes forward.
    package init(
        _ ports: Ports,
        settings: RunningGroup.Settings = .init(),
        restoring: RuleStateRestoring = .init(),
        now: @escaping @Sendable () -> Timestamp,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        self.ports = ports
        self.settings = settings
        self.restoring = restoring
        self.now = now
        self.elapsed = elapsed
    }

    /// Goes on with these rules. Groups and rules that were there before keep their alerts; the series of those that are gone
    /// end.
    ///
    /// - Throws: `PromQLError`; then the rules from before go on.
    package func use(_ files: [RuleFile], interval: Duration) throws {
        var before = running
        var next: [Entry] = []
        for group in files.flatMap(\.groups) {
            var fresh = try RunningGroup(group, interval: interval)
            let schedule = RuleSchedule(group, interval: fresh.interval)
            var entry = Entry(
                group: fresh,
                schedule: schedule,
                due: schedule.slot(after: now()),
                isRestored: hasStarted
            )
            if let place = before.firstIndex(where: { $0.group.group.hasSamePlace(as: group) }) {
                let old = before.remove(at: place)
                fresh.takeOver(old.group)
                (entry.group, entry.isRestored) = (fresh, old.isRestored)
            }
            next.append(entry)
        }
        running = next
        leaving += before.map(\.group)
        hasStarted = true
        mayHaveOrphans = true
        generation += 1
        wakeUp?.yield()
    }

    /// Until it is cancelled.
    package func run<C: Clock<Duration>>(clock: C) async throws {
        while true {
            let (wakes, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            self.wakeUp = wakeUp
            let wait = min(max(.zero, (nextDue ?? now() + .seconds(3600)) - now()), .seconds(3600))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await clock.sleep(for: wait) }
                group.addTask { for await _ in wakes { break } }
                await group.next()
                group.cancelAll()
            }
            try Task.checkCancellation()
            await evaluateDue()
        }
    }

    package var nextDue: Timestamp? { running.map(\.due).min() }

    // MARK: Evaluation

    /// Evaluates the groups whose moment has come; a moment that passed without an evaluation is counted.
    package func evaluateDue() async {
        let moment = now()
        await endSeriesOfGone(at: moment)
        await endOrphans(at: moment)
        for entry in running where entry.due.milliseconds > (entry.schedule.slot(after: moment)).milliseconds {
            // The wall clock was set back.
            setDue(entry.schedule.slot(after: moment), of: entry.group.group)
        }
        let due = running.filter { $0.due <= moment }
        guard !due.isEmpty else { return }
        await lookAtSources(at: moment)
        let began = generation
        await withTaskGroup(of: (Entry, [Alert]).self) { group in
            for entry in due {
                group.addTask { [ports, settings, freshness, elapsed] in
                    await Self.evaluated(entry, at: moment, ports.data, freshness, settings, elapsed)
                }
            }
            for await (entry, alerts) in group { await keep(entry, alerts, at: moment, from: began) }
        }
    }

    private static func evaluated(
        _ entry: Entry,
        at moment: Timestamp,
        _ data: any RuleData,
        _ freshness: SourceFreshness,
        _ settings: RunningGroup.Settings,
        _ elapsed: @Sendable () -> Duration
    ) async -> (Entry, [Alert]) {
        var entry = entry
        var settings = settings
        settings.writesAlertSeries = entry.isRestored
        let slot = entry.schedule.slot(before: moment)
        entry.group.missed += entry.schedule.missed(from: entry.due, to: slot)
        let alerts = await entry.group.evaluate(at: slot, on: data, freshness: freshness, settings, elapsed: elapsed)
        entry.due = entry.schedule.slot(after: slot)
        return (entry, alerts)
    }

    private func keep(_ entry: Entry, _ alerts: [Alert], at moment: Timestamp, from began: Int) async {
        var entry = entry
        if !entry.isRestored { await restore(&entry, at: moment) }
        if began == generation, let place = running.firstIndex(where: { $0.group.group == entry.group.group }) {
            running[place] = entry
        }
        if !alerts.isEmpty { await ports.sink.accept(alerts, at: moment) }
    }

    private func setDue(_ due: Timestamp, of group: RuleGroup) {
        guard let place = running.firstIndex(where: { $0.group.group == group }) else { return }
        running[place].due = due
    }

    /// Which nodes and targets send samples. When that cannot be found out, the last answer stands.
    private func lookAtSources(at moment: Timestamp) async {
        guard let registered = try? await ports.registered(), let query = try? Query("up"),
            let up = try? await ports.data.vector(query, at: moment)
        else { return }
        freshness = SourceFreshness(up: up, registered: registered)
    }

    // MARK: After a restart

    /// As Prometheus, after the second evaluation: the first may come before samples do.
    private func restore(_ entry: inout Entry, at moment: Timestamp) async {
        guard entry.group.evaluations >= 2 else { return }
        let from = moment + (.zero - restoring.outageTolerance)
        for (place, running) in entry.group.rules.enumerated() {
            guard let alerting = running.rule.alerting,
                let states = try? await ports.states.states(of: running.rule, from: from, through: moment)
            else { continue }
            entry.group.restore(place) { alert in
                states[alert.labels].map {
                    restoring.start(activeAt: $0.activeAt, storedAt: $0.storedAt, hold: alerting.hold, now: moment)
                }
            }
        }
        // Of two rules that make the same alert, the one that has it keeps it.
        let known = Set(running.map(\.group).filter { $0.group != entry.group.group }.flatMap(\.alertLabels))
        entry.group.revive(await ports.sink.unended().filter { !known.contains($0.labels) })
        entry.isRestored = true
    }

    private func endSeriesOfGone(at moment: Timestamp) async {
        let gone = leaving
        leaving = []
        for group in gone {
            let markers = group.rules.flatMap(\.series).map { VectorElement($0, .staleMarker) }
            if !markers.isEmpty { try? await ports.data.append(markers, at: moment) }
        }
    }

    /// Nobody evaluates them any more: without this they would fire for ever.
    private func endOrphans(at moment: Timestamp) async {
        guard mayHaveOrphans, hasStarted, running.allSatisfy(\.isRestored) else { return }
        mayHaveOrphans = false
        let rules = running.flatMap(\.group.rules)
        let orphans = await ports.sink.unended().filter { alert in !rules.contains { $0.makes(alert) } }
        guard !orphans.isEmpty else { return }
        let ended = orphans.map { alert in
            var alert = alert
            alert.endsAt = moment
            return alert
        }
        await ports.sink.accept(ended, at: moment)
    }

    // MARK: What is there

    /// The groups as they stand, in the order of the files.
    package var current: [RunningGroup] { running.map(\.group) }
}

extension RuleGroup {
    /// True where both are the same group for whoever wrote them.
    fileprivate func hasSamePlace(as other: RuleGroup) -> Bool { name == other.name && file == other.file }
}
