/// Samples of one series, oldest first.
package struct Series: Hashable, Sendable {
    package var labels: LabelSet
    /// Milliseconds since 1970, rising.
    package var times: [Int64]
    /// As many as `times`; a series ends with `Double.staleMarker`.
    package var values: [Double]

    package init(labels: LabelSet, times: [Int64] = [], values: [Double] = []) {
        self.labels = labels
        self.times = times
        self.values = values
    }
}
