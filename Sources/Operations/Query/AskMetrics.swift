package import FleetModel
package import PromQL
import TimeSeries

/// Questions to the samples of the fleet: PromQL, and what series there are.
package struct AskMetrics: Sendable {
    private let store: any SeriesStore
    private let threads: QueryThreads
    private let bounds: Bounds
    private let now: @Sendable () -> Timestamp
    private let clock: any Clock<Duration>

    /// How much a question may ask for.
    package struct Bounds: Hashable, Sendable {
        package var query: QueryLimits
        /// From the call to the answer, waiting for a turn included.
        package var time: Duration
        /// For which the last sample of a series stands for it.
        package var lookBack: Duration
        /// The step of subqueries that name none.
        package var subqueryStep: Duration
        /// How far back every sample is kept: before that a sample stands for a whole bucket.
        package var rawKept: Duration?

        package init(
            query: QueryLimits = QueryLimits(),
            time: Duration = .seconds(120),
            lookBack: Duration = .seconds(300),
            subqueryStep: Duration = .seconds(60),
            rawKept: Duration? = nil
        ) {
            self.query = query
            self.time = time
            self.lookBack = lookBack
            self.subqueryStep = subqueryStep
            self.rawKept = rawKept
        }
    }

    /// What a caller asks for; what is nil is as the bounds have it.
    package struct Wishes: Hashable, Sendable {
        package var time: Duration?
        package var lookBack: Duration?

        package init(time: Duration? = nil, lookBack: Duration? = nil) {
            self.time = time
            self.lookBack = lookBack
        }
    }

    package init(
        _ store: any SeriesStore,
        threads: QueryThreads,
        bounds: Bounds = Bounds(),
        now: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration>
    ) {
        self.store = store
        self.threads = threads
        self.bounds = bounds
        self.now = now
        self.clock = clock
    }

    // MARK: PromQL

    /// The answer for one moment.
    ///
    /// - Throws: `PromQLError`; `usage.too_many_samples`; what the store throws.
    package func instant(_ text: String, at time: Timestamp, _ wishes: Wishes = Wishes()) async throws -> QueryAnswer {
        try await evaluate(wishes, from: time, step: 0) { source, options in
            try Query(text).instant(at: time.milliseconds, on: source, options)
        }
    }

    /// The answers from one moment through another.
    ///
    /// - Throws: `PromQLError`; `usage.too_many_samples`; what the store throws.
    package func range(
        _ text: String,
        from start: Timestamp,
        through end: Timestamp,
        step: Duration,
        _ wishes: Wishes = Wishes()
    ) async throws -> QueryAnswer {
        let step = step.milliseconds
        return try await evaluate(wishes, from: start, step: step) { source, options in
            try Query(text).range(
                from: start.milliseconds,
                through: end.milliseconds,
                step: step,
                on: source,
                options
            )
        }
    }

    /// The selector of a `match[]`.
    ///
    /// - Throws: `promql.bad_query`.
    package func selector(_ text: String) async throws -> VectorSelector {
        try await threads.run { _ in try VectorSelector.parse(text) }
    }

    /// The latest sample, with its own time, of each series that has one within the look-back and has not ended.
    package func latest(_ selector: VectorSelector, at time: Timestamp) async throws -> [Series] {
        let query = SeriesQuery(
            selector.matchers,
            from: time + .milliseconds(1 - bounds.lookBack.milliseconds),
            through: time,
            sampleLimit: bounds.query.samples
        )
        return try await store.select(query).compactMap { series in
            guard let at = series.times.last, let value = series.values.last, !value.isStaleMarker else { return nil }
            return Series(labels: series.labels, times: [at], values: [value])
        }
    }

    /// Other work that takes long or nests deeply, such as writing a large answer.
    package func onThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await threads.run { _ in try work() }
    }

    private func evaluate(
        _ wishes: Wishes,
        from: Timestamp,
        step: Int64,
        _ body: @escaping @Sendable (any SeriesSource, QueryOptions) throws -> QueryAnswer
    ) async throws -> QueryAnswer {
        let time = min(bounds.time, wishes.time ?? bounds.time)
        let elapsed = Self.stopwatch(clock)
        return try await threads.run { [self] withdrawal in
            let interruption: @Sendable () -> QueryOptions.Interruption? = {
                if withdrawal.isWithdrawn { return .cancelled }
                return elapsed() > time ? .timeout : nil
            }
            let options = QueryOptions(
                lookBack: lookBack(wishes, from: from, step: step),
                subqueryStep: bounds.subqueryStep.milliseconds,
                limits: bounds.query,
                interruption: interruption
            )
            if let reason = interruption() { throw PromQLError(reason) }
            let source = StoredSeries(
                store: store,
                sampleLimit: bounds.query.samples,
                rawSince: bounds.rawKept.map { now() + (.zero - $0) },
                interruption: interruption
            )
            return try body(source, options)
        }
    }

    /// In milliseconds. Where a sample stands for a whole bucket, the last one may be two buckets old.
    private func lookBack(_ wishes: Wishes, from: Timestamp, step: Int64) -> Int64 {
        let wanted = (wishes.lookBack ?? bounds.lookBack).milliseconds
        var resolution = Resolution.coarsest(step: step, window: nil)
        if let kept = bounds.rawKept, now() - from > kept { resolution = max(resolution, .fiveMinutes) }
        return max(wanted, 2 * resolution.milliseconds)
    }

    private static func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    // MARK: Series

    /// The labels of all series that pass one of the selectors, each once, sorted.
    package func series(_ selectors: [VectorSelector], from: Timestamp, through: Timestamp) async throws -> [LabelSet] {
        var found: Set<LabelSet> = []
        for selector in selectors {
            found.formUnion(try await store.series(SeriesQuery(selector.matchers, from: from, through: through)))
        }
        return found.sorted { $0.isBefore($1) }
    }

    /// The names of labels, of all series or of those that pass one of the selectors, sorted.
    package func labelNames(_ selectors: [VectorSelector], from: Timestamp, through: Timestamp) async throws -> [String]
    {
        guard !selectors.isEmpty else { return try await store.labelNames() }
        let names = try await series(selectors, from: from, through: through).flatMap { $0.labels.map(\.key) }
        return Set(names).sorted { $0.isBefore($1) }
    }

    /// The values of one label, of all series or of those that pass one of the selectors, sorted.
    package func labelValues(
        of name: String,
        _ selectors: [VectorSelector],
        from: Timestamp,
        through: Timestamp
    ) async throws -> [String] {
        guard !selectors.isEmpty else { return try await store.labelValues(of: name) }
        let values = try await series(selectors, from: from, through: through).map { $0[name] }.filter { !$0.isEmpty }
        return Set(values).sorted { $0.isBefore($1) }
    }

    package func statistics() async throws -> StoreStatistics { try await store.statistics() }
}
