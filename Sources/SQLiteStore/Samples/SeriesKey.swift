import FleetModel

/// A metric name with its own labels, without those of its target.
struct SeriesKey: Hashable {
    var name: String
    var labels: [Sample.Label]

    init(_ name: String, _ labels: [Sample.Label]) {
        self.name = name
        self.labels = labels
    }

    init?(key: [UInt8]) {
        var index = 0
        guard let name = key.text(at: &index) else { return nil }
        var labels: [Sample.Label] = []
        while index < key.count {
            guard let label = key.text(at: &index), let value = key.text(at: &index) else { return nil }
            labels.append(Sample.Label(label, value))
        }
        self.init(name, labels)
    }

    /// The name and the labels as length-prefixed texts.
    var key: [UInt8] {
        var key: [UInt8] = []
        key.appendText(name)
        for label in labels {
            key.appendText(label.key)
            key.appendText(label.value)
        }
        return key
    }
}
