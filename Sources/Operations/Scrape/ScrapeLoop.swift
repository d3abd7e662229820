package import FleetModel
package import Logging

/// Scrapes the targets of a configuration: each at its own place in its interval, one scrape of it in flight, what is
/// missed counted; rows are stored in batches.
package actor ScrapeLoop: TargetBoard {
    /// What the loop stands on.
    package struct Ports: Sendable {
        package var network: any ExporterDoor
        package var ssh: any ExporterDoor
        package var texts: any ExpositionText
        package var store: any SeriesStore
        package var clock: any Clock<Duration>
        package var now: @Sendable () -> Timestamp
        /// The files of a discovery, each with its groups or what is wrong with it.
        package var targetFiles: @Sendable (FileDiscovery) -> [String: Result<[TargetGroup], MonitoringErrors>]

        package init(
            doors: (network: any ExporterDoor, ssh: any ExporterDoor),
            texts: any ExpositionText,
            store: any SeriesStore,
            clock: any Clock<Duration>,
            now: @escaping @Sendable () -> Timestamp,
            targetFiles: @escaping @Sendable (FileDiscovery) -> [String: Result<[TargetGroup], MonitoringErrors>]
        ) {
            network = doors.network
            ssh = doors.ssh
            self.texts = texts
            self.store = store
            self.clock = clock
            self.now = now
            self.targetFiles = targetFiles
        }
    }

    private let ports: Ports
    private let seed: UInt64
    private let logger: Logger
    private var jobs: [ScrapeJob] = []
    private var discovery = TargetDiscovery()
    private var followed: [FollowedTarget: Task<Void, Never>] = [:]
    private var states: [FollowedTarget: ScrapeState] = [:]
    private var dropped: [TargetView] = []
    private var pending: [SampleRow] = []
    private var isEnding = false
    package private(set) var counts = ScrapeCounts()

    /// - `seed`: differs between controllers, so that two of them do not scrape in step.
    package init(ports: Ports, seed: UInt64, logger: Logger) {
        self.ports = ports
        self.seed = seed
        self.logger = logger
    }

    /// Scrapes what this configuration says from now on; what is in both goes on undisturbed.
    package func use(_ configuration: MonitoringConfiguration) {
        jobs = configuration.jobs
        discovery.forget(except: jobs)
        reconcile()
    }

    /// Until the task is cancelled; what was scraped is stored before it returns.
    package func run() async {
        let step = Duration.milliseconds(500)
        while !Task.isCancelled {
            try? await ports.clock.sleep(for: step)
            if discovery.isDue(jobs, at: ports.now()) { reconcile() }
            await store()
        }
        isEnding = true
        let tasks = Array(followed.values)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await store()
    }

    /// Every target, the dropped ones too.
    package func targets() -> [TargetView] {
        followed.keys.map { TargetView($0, states[$0]) }.sorted { ($0.pool, $0.url) < ($1.pool, $1.url) } + dropped
    }

    private func reconcile() {
        var wanted: Set<FollowedTarget> = []
        dropped = []
        for job in jobs {
            let groups = job.groups + discovery.groups(of: job, at: ports.now(), reading: ports.targetFiles)
            let verdicts = job.targets(in: groups)
            let found = verdicts.compactMap { if case .target(let target) = $0 { target } else { nil } }
            let isTooMany = job.limits.targets > 0 && found.count > job.limits.targets
            for target in found { wanted.insert(FollowedTarget(job: job, target: target, isOverLimit: isTooMany)) }
            dropped += verdicts.compactMap { TargetView(dropped: $0, of: job) }
        }
        for (key, task) in followed where !wanted.contains(key) {
            followed[key] = nil
            states[key] = nil
            task.cancel()
        }
        for key in wanted where followed[key] == nil {
            // UNSTRUCTURED: it lives as long as its target is wanted; cancelled above, awaited at the end of `run`.
            followed[key] = Task { await self.follow(key) }
        }
        for problem in discovery.takeProblems() {
            logger.error("targets refused, those from before go on", metadata: ["reason": "\(problem)"])
        }
    }

    private func follow(_ key: FollowedTarget) async {
        var scrape = TargetScrape(job: key.job, target: key.target, texts: ports.texts)
        let interval = max(1, key.target.interval.milliseconds)
        let offset = Int64(key.place(seed) % UInt64(interval))
        var next = ScrapeSlots.after(ports.now().milliseconds, interval: interval, offset: offset)
        while !Task.isCancelled {
            let wait = next - ports.now().milliseconds
            if wait > 0 { try? await ports.clock.sleep(for: .milliseconds(wait)) }
            guard !Task.isCancelled else { break }
            guard await once(key, &scrape) else { break }
            let following = ScrapeSlots.after(ports.now().milliseconds, interval: interval, offset: offset)
            counts.overruns += max(0, Int((following - next) / interval) - 1)
            next = max(following, next + interval)
        }
        // The end of the daemon is no end of the targets: whoever restarts goes on.
        if !isEnding { pending += scrape.end(at: ports.now()) }
    }

    /// One scrape; false where it was broken off.
    private func once(_ key: FollowedTarget, _ scrape: inout TargetScrape) async -> Bool {
        let began = ports.now()
        let elapsed = Stopwatch.started(on: ports.clock)
        let answer: Result<ExporterAnswer, ScrapeError>
        do {
            answer = .success(try await fetch(key, limit: scrape.limit))
        } catch is CancellationError {
            return false
        } catch let error as ScrapeError {
            answer = .failure(error)
        } catch {
            let explained = error as? any Explained
            answer = .failure(ScrapeError("failed", explained?.problem ?? "\(error)", advice: explained?.advice))
        }
        let took = elapsed()
        let outcome = scrape.take(answer, at: began, took: took)
        counts.add(outcome)
        pending += outcome.rows
        states[key] = ScrapeState(at: began, took: took, error: outcome.error)
        return true
    }

    private func fetch(_ key: FollowedTarget, limit: Int) async throws -> ExporterAnswer {
        guard !key.isOverLimit else {
            throw ScrapeError("target_limit", "more targets than target_limit \(key.job.limits.targets)")
        }
        let door = key.job.route == .ssh ? ports.ssh : ports.network
        return try await door.fetch(ExporterRequest(job: key.job, target: key.target, bodyLimit: limit))
    }

    private func store() async {
        guard !pending.isEmpty else { return }
        let rows = pending
        pending = []
        do {
            counts.add(try await ports.store.append(rows, window: .seconds(3600)))
        } catch {
            // Kept and tried again, but not without end: a full disk must not fill the memory too.
            pending = Array((rows + pending).suffix(max(10_000, 4 * followed.count)))
            logger.error("scraped samples could not be stored", metadata: ["reason": "\(error)"])
        }
    }
}
