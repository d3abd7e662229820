package import FleetModel

/// When each node is polled within the interval: at a fixed place by the hash of its name, so that the fleet is never
/// asked all at once and adding a node moves no other.
package struct PollSchedule: Sendable {
    /// In the order of their places.
    private let places: [(offset: Duration, node: NodeName)]
    package let interval: Duration

    /// - `seed`: differs between controllers, so that two of them do not poll in step.
    package init(nodes: [NodeName], interval: Duration, seed: UInt64) {
        self.interval = interval
        let span = UInt64(max(1, interval.milliseconds))
        places =
            nodes
            .map { (offset: Duration.milliseconds(Int64(Self.hash($0.text, seed) % span)), node: $0) }
            .sorted { $0.offset < $1.offset }
    }

    /// The nodes whose place is in `start..<end` (both from the beginning of the round).
    package func due(from start: Duration, to end: Duration) -> [NodeName] {
        places[firstIndex(at: start)..<firstIndex(at: end)].map(\.node)
    }

    private func firstIndex(at offset: Duration) -> Int {
        var low = 0
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// FNV-1a: stable across processes and versions, unlike `Hasher`.
    private static func hash(_ text: String, _ seed: UInt64) -> UInt64 {
        var hash = 0xCBF2_9CE4_8422_2325 ^ seed
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        // FNV's low bits are weak for short names; one finalising step spreads them.
        hash ^= hash >> 33
        hash &*= 0xFF51_AFD7_ED55_8CCD
        return hash ^ hash >> 33
    }
}
