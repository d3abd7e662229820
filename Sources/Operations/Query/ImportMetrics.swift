import FleetModel

/// Puts the samples of a text into the store, whatever their age.
package struct ImportMetrics {
    private let store: any SeriesStore
    private var rows: [LabelSet: [Int64: [Sample]]] = [:]
    private var waiting = 0
    private var report = AppendReport()

    /// Held in memory at a time: text goes metric by metric and the store goes moment by moment, so the more the better.
    private static let mostWaiting = 1_000_000
    /// What says where a sample comes from; the rest says what it is.
    private static let targetLabels: Set<String> = ["job", "instance", "node"]

    package init(_ store: any SeriesStore) {
        self.store = store
    }

    /// - Throws: `UsageError` for a text that is wrong or lacks times; what the store throws.
    package mutating func run(
        _ reader: any SampleTextReader,
        named name: String,
        _ pieces: () throws -> [UInt8]?
    ) async throws -> AppendReport {
        var reader = reader
        var isLast = false
        while !isLast {
            try Task.checkCancellation()
            let piece = try pieces()
            isLast = piece == nil
            reader.add(piece ?? [], isLast: isLast)
            while let sample = try Self.next(&reader, name) { try add(sample, name) }
            if waiting >= Self.mostWaiting { try await flush() }
        }
        try await flush()
        return report
    }

    /// Reads a text without storing anything, to be sure that all of it is right.
    ///
    /// - Throws: `UsageError`.
    package static func check(
        _ reader: any SampleTextReader,
        named name: String,
        _ pieces: () throws -> [UInt8]?
    ) throws {
        var reader = reader
        var isLast = false
        while !isLast {
            let piece = try pieces()
            isLast = piece == nil
            reader.add(piece ?? [], isLast: isLast)
            while let sample = try next(&reader, name) {
                guard sample.at == nil else { continue }
                throw withoutTime(sample, name)
            }
        }
    }

    private static func next(_ reader: inout any SampleTextReader, _ name: String) throws -> TimedSample? {
        do {
            return try reader.next()
        } catch {
            throw UsageError(
                "bad_metrics",
                "\(name):\(error.line): \(error.reason)",
                advice: "metrics import reads OpenMetrics text, as promtool tsdb create-blocks-from openmetrics does",
                at: "\(name):\(error.line):1"
            )
        }
    }

    private static func withoutTime(_ sample: TimedSample, _ name: String) -> UsageError {
        UsageError(
            "no_timestamp",
            "\(name): a sample of \(sample.labels) has no timestamp",
            advice: "each line ends with the sample's time in seconds since 1970"
        )
    }

    private mutating func add(_ sample: TimedSample, _ name: String) throws {
        guard let at = sample.at else { throw Self.withoutTime(sample, name) }
        let labels = sample.labels.labels
        let target = LabelSet(sorted: labels.filter { Self.targetLabels.contains($0.key) })
        let own = labels.filter { $0.key != LabelSet.nameLabel && !Self.targetLabels.contains($0.key) }
        rows[target, default: [:]][at.milliseconds, default: []].append(
            Sample(sample.labels[LabelSet.nameLabel], own, sample.value)
        )
        waiting += 1
    }

    private mutating func flush() async throws {
        let all = rows.flatMap { target, moments in
            moments.map { time, samples in
                SampleRow(
                    target: target.labels,
                    at: Timestamp(milliseconds: time),
                    samples: samples,
                    isWhole: false
                )
            }
        }
        (rows, waiting) = ([:], 0)
        report.add(try await store.append(all, window: .seconds(200 * 366 * 86_400)))
    }
}
