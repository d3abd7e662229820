package import FleetModel

/// Reads and writes the texts in which exporters say their figures. Pure; filled by `Formats`.
package protocol ExpositionText: Sendable {
    /// A reader of one whole text, which gives the samples one by one.
    func reader(_ bytes: [UInt8], as format: ExpositionFormat, limits: ExpositionLimits) -> any ExpositionReader
    /// Families as text, in the given order.
    func text(_ families: [MetricFamily], as format: ExpositionFormat) -> [UInt8]
}

/// Walks through one text. After `next()` has said `.sample`, `series` and `labels()` are about that sample.
package protocol ExpositionReader {
    /// What stands next, nil at the end.
    mutating func next() throws(ExpositionError) -> ExpositionEntry?
    /// Where name and labels of the sample stand in the text: equal bytes are the same series, so a caller who keeps
    /// what it made of them need not read the labels again. Not so where the type of a family changes between texts.
    var series: Range<Int> { get }
    /// The labels of the sample with its name as `__name__`.
    ///
    /// - Throws: where a name stands twice or is no UTF-8.
    func labels() throws(ExpositionError) -> LabelSet
    /// What the text said of families so far.
    var metadata: [String: MetricMetadata] { get }
}

/// One line of meaning.
package enum ExpositionEntry: Hashable, Sendable {
    case sample(value: Double, at: Timestamp?)
    /// TYPE, HELP, UNIT or a remark.
    case metadata
}

/// The two texts of the field.
package enum ExpositionFormat: String, Hashable, Sendable, CaseIterable {
    /// Prometheus text 0.0.4.
    case text
    /// OpenMetrics text 1.0.0.
    case openMetrics

    package var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// By the header `Content-Type`; nil for none of the two.
    package init?(contentType: String) {
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        switch type {
        case "text/plain": self = .text
        case "application/openmetrics-text": self = .openMetrics
        default: return nil
        }
    }
}

/// What a text may take.
package struct ExpositionLimits: Hashable, Sendable {
    /// Bytes of one line.
    package var line = 1 << 20
    package var labels = 1024
    package var samples = 50_000_000
    /// Families whose metadata is kept; of more the first ones are.
    package var families = 100_000

    package init() {}
}

/// Families of samples to be written.
package struct MetricFamily: Hashable, Sendable {
    package var name: String
    package var metadata: MetricMetadata
    package var points: [Point]

    package init(name: String, metadata: MetricMetadata = MetricMetadata(), points: [Point]) {
        self.name = name
        self.metadata = metadata
        self.points = points
    }

    /// One sample; the labels hold its own name, such as `…_bucket`.
    package struct Point: Hashable, Sendable {
        package var labels: LabelSet
        package var value: Double
        package var at: Timestamp?

        package init(labels: LabelSet, value: Double, at: Timestamp? = nil) {
            self.labels = labels
            self.value = value
            self.at = at
        }
    }
}

/// Why a text is refused: wholly, as Prometheus does.
package struct ExpositionError: Explained, Hashable {
    /// From 1.
    package let line: Int
    package let reason: String

    package init(line: Int, _ reason: String) {
        self.line = line
        self.reason = reason
    }

    package var code: String { "scrape.bad_text" }
    package var problem: String { "line \(line): \(reason)" }
    package var advice: String? { "compare with: promtool check metrics" }
}
