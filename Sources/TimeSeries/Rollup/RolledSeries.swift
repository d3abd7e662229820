package import FleetModel

/// Buckets of one series, oldest first.
package struct RolledSeries: Hashable, Sendable {
    package var labels: LabelSet
    package var buckets: [Bucket]

    package init(labels: LabelSet, buckets: [Bucket]) {
        self.labels = labels
        self.buckets = buckets
    }
}
