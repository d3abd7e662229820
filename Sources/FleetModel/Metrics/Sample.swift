/// One figure: a metric name, its labels and a value. The moment stands beside the batch it came in.
package struct Sample: Hashable, Sendable {
    /// A Prometheus metric name.
    package let name: String
    /// Sorted by key, unique keys, no empty values.
    package let labels: [Label]
    package let value: Double

    package init(_ name: String, _ labels: [Label] = [], _ value: Double) {
        self.name = name
        self.labels = labels.sorted { $0.key < $1.key }
        self.value = value
    }

    package struct Label: Hashable, Sendable {
        package let key: String
        package let value: String

        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The value of one label.
    package subscript(_ key: String) -> String? {
        labels.first { $0.key == key }?.value
    }
}
