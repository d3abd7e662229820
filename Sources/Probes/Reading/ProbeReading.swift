package import FleetModel

/// What one frame says: samples by topic, facts where they were asked for, the node's clock.
package struct ProbeReading: Hashable, Sendable {
    package let topics: [ProbeTopic: [Sample]]
    /// Nil unless the frame was asked for `ProbeFamily.identity`.
    package let facts: NodeFacts?
    package let clock: NodeClock?

    /// Never fails: what cannot be understood is left out, and whoever misses it sees it missing.
    package static func parse(_ frame: ProbeFrame) -> ProbeReading {
        var reader = SectionReader(ProbeText(frame.body))
        for section in reader.text.sections(frame.nonce) { reader.read(section) }
        return reader.finish()
    }

    /// The samples of all topics of this frame.
    package var samples: [Sample] {
        ProbeTopic.allCases.flatMap { topics[$0] ?? [] }
    }
}
