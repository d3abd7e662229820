package import FleetModel

/// Scrapes one target again and again: text in, rows for the store out. Remembers what it made of each series' bytes.
package struct TargetScrape: Sendable {
    /// A node may be broken or hostile: what nobody limited is limited here.
    package static let bodyLimit = 64 << 20
    /// As far ahead of our clock as Prometheus takes timestamps.
    private static let ahead: Duration = .seconds(600)

    let job: ScrapeJob
    package let target: ScrapeTarget
    private let texts: any ExpositionText
    private let own: [Sample.Label]
    private var cache: [Int: SeriesMemory] = [:]
    private var round = 0
    /// Series that do not carry all of the target's labels, as they were in the last scrape: the store ends only those
    /// that do.
    private var strays: Set<LabelSet> = []

    package init(job: ScrapeJob, target: ScrapeTarget, texts: any ExpositionText) {
        self.job = job
        self.target = target
        self.texts = texts
        self.own = target.labels.labels
    }

    package var limit: Int { job.limits.body > 0 ? min(job.limits.body, Self.bodyLimit) : Self.bodyLimit }

    /// What came of one scrape.
    package struct Outcome: Sendable {
        package var rows: [SampleRow] = []
        package var error: ScrapeError?
        package var scraped = 0
        package var kept = 0
        package var added = 0
        /// Samples left out: too far in the future, or the second of their series.
        package var outOfBounds = 0
        package var duplicates = 0
    }

    /// Takes an answer, or the reason why there is none.
    package mutating func take(
        _ answer: Result<ExporterAnswer, ScrapeError>,
        at now: Timestamp,
        took: Duration
    ) -> Outcome {
        round += 1
        var outcome = Outcome()
        var gathering = Gathering()
        do throws(ScrapeError) {
            try read(answer.get(), now, &gathering, &outcome)
        } catch {
            outcome.error = error
            gathering = Gathering()
        }
        outcome.rows = rows(gathering, outcome, now, took)
        cache = cache.filter { $0.value.round == round }
        return outcome
    }

    /// The end of the target: every series of it ends, `up` too.
    package mutating func end(at now: Timestamp) -> [SampleRow] {
        let up = Sample("up", [], .staleMarker)
        defer { strays = [] }
        return [SampleRow(target: own, at: now, samples: [up], isWhole: true)] + ended(strays, at: now)
    }

    /// Samples on their way into rows.
    private struct Gathering {
        var whole: [Sample] = []
        var timed: [Timestamp: [Sample]] = [:]
        var strays: [LabelSet: (at: Timestamp?, value: Double)] = [:]
    }

    private mutating func read(
        _ answer: ExporterAnswer,
        _ now: Timestamp,
        _ gathering: inout Gathering,
        _ outcome: inout Outcome
    ) throws(ScrapeError) {
        guard let format = ExpositionFormat(contentType: answer.contentType) ?? job.fallback else {
            throw ScrapeError(
                "bad_content_type",
                "“\(String(answer.contentType.prefix(80)).quotedForMessage)” is no content type of metrics",
                advice: "set fallback_scrape_protocol: PrometheusText0.0.4"
            )
        }
        try walk(
            texts.reader(answer.body, as: format, limits: ExpositionLimits()),
            answer.body,
            now,
            &gathering,
            &outcome
        )
        if job.limits.samples > 0, outcome.kept > job.limits.samples {
            throw ScrapeError("sample_limit", "\(outcome.kept) samples, sample_limit is \(job.limits.samples)")
        }
    }

    private mutating func walk(
        _ text: any ExpositionReader,
        _ body: [UInt8],
        _ now: Timestamp,
        _ gathering: inout Gathering,
        _ outcome: inout Outcome
    ) throws(ScrapeError) {
        var reader = text
        var refusal: String?
        do throws(ExpositionError) {
            while refusal == nil, let entry = try reader.next() {
                guard case .sample(let value, let at) = entry else { continue }
                outcome.scraped += 1
                let key = SeriesMemory.key(body, reader.series)
                if cache[key]?.has(body, reader.series) != true {
                    cache[key] = SeriesMemory(body, reader.series, made(of: try reader.labels()))
                }
                refusal = cache[key]?.refusal
                place(key, value, job.honorsTimestamps ? at : nil, now, &gathering, &outcome)
            }
        } catch {
            throw ScrapeError("bad_text", error.problem, advice: error.advice)
        }
        if let refusal { throw ScrapeError("label_limit", refusal) }
    }

    private mutating func place(
        _ key: Int,
        _ value: Double,
        _ at: Timestamp?,
        _ now: Timestamp,
        _ gathering: inout Gathering,
        _ outcome: inout Outcome
    ) {
        guard let memory = cache[key] else { return }
        let isNew = memory.round == 0
        let isSecond = memory.round == round
        cache[key]?.round = round
        guard memory.sample != nil || memory.stray != nil else { return }
        outcome.kept += 1
        if let at, at - now > Self.ahead { return outcome.outOfBounds += 1 }
        if isSecond, at == nil { return outcome.duplicates += 1 }
        if isNew, job.limits.samples == 0 || outcome.kept <= job.limits.samples { outcome.added += 1 }
        if let stray = memory.stray {
            gathering.strays[stray] = (at, value)
        } else if let sample = memory.sample {
            let sample = Sample(sample.name, sample.labels, value)
            if let at { gathering.timed[at, default: []].append(sample) } else { gathering.whole.append(sample) }
        }
    }

    /// What relabelling makes of a series.
    private func made(of labels: LabelSet) -> SeriesMemory.Meaning {
        guard let final = Relabelling.apply(job.metricRelabelling, to: joined(labels)) else { return .dropped }
        let name = final[LabelSet.nameLabel]
        guard !final.labels.isEmpty else { return .dropped }
        guard !name.isEmpty else { return .refused("a sample without a name after relabelling") }
        if let reason = refusal(of: final) { return .refused(reason) }
        guard own.allSatisfy({ final[$0.key].hasSameBytes(as: $0.value) }) else { return .stray(final) }
        let rest = final.labels.filter { label in
            label.key != LabelSet.nameLabel && !own.contains { $0.key.hasSameBytes(as: label.key) }
        }
        return .sample(Sample(name, rest, 0))
    }

    /// The target's labels win, and the sample's own go on as `exported_…`; the other way round where the job says so.
    private func joined(_ labels: LabelSet) -> LabelSet {
        var result = labels
        for label in own {
            let theirs = labels[label.key]
            if theirs.isEmpty {
                result = result.setting(label.key, label.value)
            } else if !job.honorsLabels {
                result = result.setting(label.key, label.value)
                var name = "exported_" + label.key
                while !result[name].isEmpty { name = "exported_" + name }
                result = result.setting(name, theirs)
            }
        }
        return result
    }

    private func refusal(of labels: LabelSet) -> String? {
        let limits = job.limits
        if limits.labels > 0, labels.labels.count > limits.labels {
            return "\(labels.labels.count) labels in one series"
        }
        if limits.labelName > 0, let long = labels.labels.first(where: { $0.key.utf8.count > limits.labelName }) {
            return "a label's name of \(long.key.utf8.count) bytes"
        }
        if limits.labelValue > 0, let long = labels.labels.first(where: { $0.value.utf8.count > limits.labelValue }) {
            return "a label's value of \(long.value.utf8.count) bytes"
        }
        return nil
    }

    private mutating func rows(
        _ gathering: Gathering,
        _ outcome: Outcome,
        _ now: Timestamp,
        _ took: Duration
    ) -> [SampleRow] {
        let report = [
            Sample("up", [], outcome.error == nil ? 1 : 0), Sample("scrape_duration_seconds", [], took.seconds),
            Sample("scrape_samples_scraped", [], Double(outcome.scraped)),
            Sample("scrape_samples_post_metric_relabeling", [], Double(outcome.kept)),
            Sample("scrape_series_added", [], Double(outcome.added)),
        ]
        let names = Set(report.map(\.name))
        let whole = gathering.whole.filter { !($0.labels.isEmpty && names.contains($0.name)) }
        var rows = [SampleRow(target: own, at: now, samples: whole + report, isWhole: true)]
        for (at, samples) in gathering.timed.sorted(by: { $0.key < $1.key }) {
            // Under another target than the whole rows: these series do not end where a scrape lacks them.
            let shared = own.filter { $0.key == "job" }
            let others = own.filter { $0.key != "job" }
            let full = samples.map { Sample($0.name, $0.labels + others, $0.value) }
            rows.append(SampleRow(target: shared, at: at, samples: full, isWhole: false))
        }
        rows += strayRows(gathering.strays.map { ($0.key, $0.value.at ?? now, $0.value.value) })
        let present = Set(gathering.strays.keys)
        rows += ended(strays.subtracting(present), at: now)
        strays = present
        return rows
    }

    private func ended(_ series: Set<LabelSet>, at now: Timestamp) -> [SampleRow] {
        strayRows(series.map { ($0, now, .staleMarker) })
    }

    /// Those that carry the same of the target's labels stand together.
    private func strayRows(_ samples: [(labels: LabelSet, at: Timestamp, value: Double)]) -> [SampleRow] {
        struct Place: Hashable {
            let target: LabelSet
            let at: Timestamp
        }
        var places: [Place: [Sample]] = [:]
        for sample in samples {
            let shared = own.filter { sample.labels[$0.key].hasSameBytes(as: $0.value) }
            let rest = sample.labels.removing(shared.map(\.key) + [LabelSet.nameLabel]).labels
            places[Place(target: LabelSet(sorted: shared), at: sample.at), default: []]
                .append(Sample(sample.labels[LabelSet.nameLabel], rest, sample.value))
        }
        return places.map { SampleRow(target: $0.key.target.labels, at: $0.key.at, samples: $0.value, isWhole: false) }
    }
}

/// What was made of the bytes of a series.
private struct SeriesMemory: Sendable {
    enum Meaning: Sendable {
        case sample(Sample)
        case stray(LabelSet)
        case dropped
        case refused(String)
    }

    private let bytes: [UInt8]
    private let meaning: Meaning
    /// The scrape in which it was seen last.
    var round = 0

    init(_ text: [UInt8], _ range: Range<Int>, _ meaning: Meaning) {
        bytes = Array(text[range])
        self.meaning = meaning
    }

    var sample: Sample? { if case .sample(let sample) = meaning { sample } else { nil } }
    var stray: LabelSet? { if case .stray(let labels) = meaning { labels } else { nil } }
    var refusal: String? { if case .refused(let reason) = meaning { reason } else { nil } }

    func has(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        bytes.count == range.count && bytes.elementsEqual(text[range])
    }

    /// Seeded anew in each process: a node cannot make its series meet on purpose.
    static func key(_ text: [UInt8], _ range: Range<Int>) -> Int {
        var hasher = Hasher()
        text.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
        return hasher.finalize()
    }
}
