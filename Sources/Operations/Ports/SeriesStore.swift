package import FleetModel
package import TimeSeries

/// The fleet's samples as series of labels: what scraping, rules and remote write put in, and what PromQL reads.
package protocol SeriesStore: Sendable {
    /// Stores rows in one transaction; when it returns they survive a `kill -9`.
    ///
    /// A sample whose moment has another value already is passed over, and so is one that lies further behind the newest
    /// moment of its target than `window`; both are counted. The same sample told again is no mistake.
    func append(_ rows: [SampleRow], window: Duration) async throws -> AppendReport
    /// The samples of all series that pass, sorted by labels; series without any in the span are left out.
    func select(_ query: SeriesQuery) async throws -> [Series]
    /// The same as buckets, for `avg_over_time` and its like over long ranges; `query.resolution` must not be raw.
    func buckets(_ query: SeriesQuery) async throws -> [RolledSeries]
    /// The labels of all series that pass and that had samples near the span (to the hour, for folded ones to the day).
    func series(_ query: SeriesQuery) async throws -> [LabelSet]
    /// All names of labels, sorted.
    func labelNames() async throws -> [String]
    /// All values of one label, sorted.
    func labelValues(of label: String) async throws -> [String]
    /// Folds polls into chunks and chunks into rollups, and forgets what is over the limits; in many short transactions, so
    /// that no poll waits long. To be called every half minute or so; may be interrupted at any moment.
    func maintain(at now: Timestamp, keeping limits: RetentionLimits) async throws
    func statistics() async throws -> StoreStatistics
}

/// Which series, from when to when, how finely.
package struct SeriesQuery: Hashable, Sendable {
    package var matchers: [LabelMatcher]
    /// Inclusive, as is `through`.
    package var from: Timestamp
    package var through: Timestamp
    /// The coarsest that will do. What is no longer (or not yet) kept so is given as finely or coarsely as it is kept.
    package var resolution: Resolution
    /// The most samples to give; more are an error, not an exhausted memory.
    package var sampleLimit: Int
    /// Where samples are looked at, nil for everywhere: others need not be given.
    package var looks: Looks?

    package init(
        _ matchers: [LabelMatcher],
        from: Timestamp,
        through: Timestamp,
        resolution: Resolution = .raw,
        sampleLimit: Int = 500_000_000,
        looks: Looks? = nil
    ) {
        self.matchers = matchers
        self.from = from
        self.through = through
        self.resolution = resolution
        self.sampleLimit = sampleLimit
        self.looks = looks
    }

    /// Stretches of time, one after another: the first begins with the span.
    package struct Looks: Hashable, Sendable {
        /// Milliseconds from the beginning of one to that of the next.
        package let step: Int64
        /// How many milliseconds each of them has.
        package let window: Int64

        /// Nil where they leave no gaps.
        package init?(step: Int64, window: Int64) {
            guard window > 0, step > window else { return nil }
            (self.step, self.window) = (step, window)
        }
    }
}

/// Samples of one target at one moment.
package struct SampleRow: Hashable, Sendable {
    /// The labels that all of them carry (`job`, `instance`, …); a sample's own label of that name becomes `exported_…`.
    package var target: [Sample.Label]
    package var at: Timestamp
    package var samples: [Sample]
    /// True for a whole scrape: a series of the scrape before that is missing in it ends with a stale marker.
    package var isWhole: Bool

    package init(target: [Sample.Label], at: Timestamp, samples: [Sample], isWhole: Bool) {
        self.target = target
        self.at = at
        self.samples = samples
        self.isWhole = isWhole
    }
}

/// What became of appended samples.
package struct AppendReport: Hashable, Sendable {
    package var stored = 0
    /// Told again with the same value.
    package var repeated = 0
    /// Another value for a moment that has one.
    package var conflicting = 0
    /// Behind the newest by more than the window.
    package var tooOld = 0
    /// Before 1970, or after the year 2100.
    package var outsideTime = 0
    /// Of nodes that are not registered.
    package var ofStrangers = 0

    package init() {}

    package mutating func add(_ other: AppendReport) {
        stored += other.stored
        repeated += other.repeated
        conflicting += other.conflicting
        tooOld += other.tooOld
        outsideTime += other.outsideTime
        ofStrangers += other.ofStrangers
    }
}

/// How long samples are kept, and how much of the disk they may take.
package struct RetentionLimits: Hashable, Sendable {
    package var raw: Duration
    package var fiveMinutes: Duration
    package var hours: Duration
    /// Bytes of the file that are in use; nil for no limit.
    package var bytes: Int?

    /// - Parameters:
    ///   - raw: for every sample.
    ///   - fiveMinutes: for five-minute rollups; by default 90 days, or as long as raw samples.
    ///   - hours: for one-hour rollups; by default three years.
    ///   - bytes: of the file; nil for no limit.
    package init(raw: Duration, fiveMinutes: Duration? = nil, hours: Duration? = nil, bytes: Int? = nil) {
        self.raw = raw
        self.fiveMinutes = max(raw, fiveMinutes ?? .seconds(90 * 86_400))
        self.hours = max(self.fiveMinutes, hours ?? .seconds(3 * 366 * 86_400))
        self.bytes = bytes
    }
}

/// What the sample store says about itself.
package struct StoreStatistics: Hashable, Sendable {
    /// Of this process since its start.
    package var appended = AppendReport()
    package var sources = 0
    /// Names with labels, without those of their targets.
    package var templates = 0
    /// Polls that are not yet folded.
    package var journalRows = 0
    /// Rows of chunks for each resolution.
    package var rows: [Resolution: Int] = [:]
    /// Bytes of the file, and those of them that are in use.
    package var fileBytes = 0
    package var usedBytes = 0

    package init() {}
}
