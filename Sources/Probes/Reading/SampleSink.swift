internal import FleetModel

/// Gathers the samples of one frame by topic, up to a limit that no honest node reaches.
struct SampleSink {
    private(set) var samples: [ProbeTopic: [Sample]] = [:]
    private var current: [Sample] = []
    private var topic = ProbeTopic.fast
    private var room = 20_000

    init() {
        current.reserveCapacity(256)
    }

    /// What follows belongs to this topic.
    mutating func turn(to topic: ProbeTopic) {
        guard topic != self.topic else { return }
        put()
        self.topic = topic
    }

    mutating func add(_ name: String, _ value: Double?) {
        add(name, [], value)
    }

    mutating func add(_ name: String, _ labels: [Sample.Label], _ value: Double?) {
        guard let value, value.isFinite, room > 0 else { return }
        room -= 1
        current.append(Sample(name, labels, value))
    }

    /// Everything, by topic.
    mutating func finish() -> [ProbeTopic: [Sample]] {
        put()
        return samples
    }

    private mutating func put() {
        guard !current.isEmpty else { return }
        samples[topic, default: []].append(contentsOf: current)
        current = []
    }
}
