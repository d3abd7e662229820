package import FleetModel

/// The slow figures of one node between two renewals, so that each poll is complete. One for each node.
package struct ProbeMemory: Hashable, Sendable {
    private var kept: [ProbeTopic: (at: Timestamp, samples: [Sample])] = [:]

    package init() {}

    /// The samples of the reading, and those of its missing topics that are still good.
    package mutating func complete(_ reading: ProbeReading, at now: Timestamp) -> [Sample] {
        var samples = reading.topics[.fast] ?? []
        for topic in ProbeTopic.allCases where topic != .fast {
            if let fresh = reading.topics[topic] { kept[topic] = (now, fresh) }
            guard let known = kept[topic] else { continue }
            if now - known.at > topic.lifetime {
                kept[topic] = nil
            } else {
                samples.append(contentsOf: known.samples)
            }
        }
        return samples
    }

    package static func == (left: ProbeMemory, right: ProbeMemory) -> Bool {
        left.kept.count == right.kept.count
            && left.kept.allSatisfy { topic, mine in
                guard let other = right.kept[topic] else { return false }
                return mine == other
            }
    }

    package func hash(into hasher: inout Hasher) {
        for topic in ProbeTopic.allCases { hasher.combine(kept[topic]?.at) }
    }
}
