package import FleetModel

extension TargetView {
    /// A target that is scraped.
    init(_ key: FollowedTarget, _ state: ScrapeState?) {
        self.init(
            pool: key.job.name,
            url: key.target.url(key.job.parameters),
            discovered: key.target.discovered,
            labels: key.target.labels,
            interval: key.target.interval,
            timeout: key.target.timeout
        )
        guard let state else { return }
        isUp = state.error == nil
        lastError = state.error?.problem
        lastScrape = state.at
        lastDuration = state.took
    }

    /// Nil for a target that is scraped.
    init?(dropped verdict: TargetVerdict, of job: ScrapeJob) {
        let found: (labels: LabelSet, reason: String?)
        switch verdict {
        case .target: return nil
        case .dropped(let labels): found = (labels, nil)
        case .refused(let labels, let reason): found = (labels, reason)
        }
        self.init(
            pool: job.name,
            url: "",
            discovered: found.labels,
            labels: .empty,
            interval: job.interval,
            timeout: job.timeout
        )
        isDropped = true
        lastError = found.reason
    }
}

/// How the last scrape of a target went.
package struct ScrapeState: Hashable, Sendable {
    package var at: Timestamp
    package var took: Duration
    package var error: ScrapeError?
}

/// What scraping counts about itself since the start.
package struct ScrapeCounts: Hashable, Sendable {
    package var scrapes = 0
    package var failures: [String: Int] = [:]
    /// Places in the interval at which the scrape before was still under way.
    package var overruns = 0
    package var outOfBounds = 0
    package var duplicates = 0
    package var appended = AppendReport()

    package init() {}

    mutating func add(_ outcome: TargetScrape.Outcome) {
        scrapes += 1
        if let error = outcome.error { failures[error.code, default: 0] += 1 }
        outOfBounds += outcome.outOfBounds
        duplicates += outcome.duplicates
    }

    mutating func add(_ report: AppendReport) { appended.add(report) }
}

/// A target that has a task of its own; another job's settings make it another one.
struct FollowedTarget: Hashable, Sendable {
    let job: ScrapeJob
    let target: ScrapeTarget
    let isOverLimit: Bool

    init(job: ScrapeJob, target: ScrapeTarget, isOverLimit: Bool) {
        // Where targets come from does not change how one of them is asked.
        var job = job
        job.groups = []
        job.files = []
        job.relabelling = []
        self.job = job
        self.target = target
        self.isOverLimit = isOverLimit
    }

    /// Where in the interval it stands: by its labels, so that another target moves none.
    func place(_ seed: UInt64) -> UInt64 {
        var hash = target.labels.fingerprint ^ seed
        hash ^= hash >> 33
        hash &*= 0xFF51_AFD7_ED55_8CCD
        return hash ^ hash >> 33
    }
}

/// The moments at which a target is asked.
enum ScrapeSlots {
    /// The first one after this moment, in milliseconds.
    static func after(_ now: Int64, interval: Int64, offset: Int64) -> Int64 {
        let into = ((now - offset) % interval + interval) % interval
        return now + interval - into
    }
}
