package import FleetModel

/// Samples with their times as OpenMetrics text, in pieces of any size: the port that `Formats` fills.
package protocol SampleText: Sendable {
    func reader() -> any SampleTextReader
    /// The samples of one metric; stale markers are left out.
    func text(of metric: String, _ series: [Series]) -> [UInt8]
    /// What stands at the end of a whole text.
    var end: [UInt8] { get }
}

/// Reads a text as its pieces come.
package protocol SampleTextReader {
    mutating func add(_ piece: [UInt8], isLast: Bool)
    /// Nil where another piece is wanted.
    ///
    /// - Throws: `ExpositionError`.
    mutating func next() throws(ExpositionError) -> TimedSample?
}

/// A sample with all its labels, its name among them.
package struct TimedSample: Hashable, Sendable {
    package var labels: LabelSet
    package var value: Double
    package var at: Timestamp?

    package init(labels: LabelSet, value: Double, at: Timestamp?) {
        self.labels = labels
        self.value = value
        self.at = at
    }
}
