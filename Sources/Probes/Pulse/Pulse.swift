package import FleetModel

/// What the `pop` tool of a Pipe node says about it; what it does not say is nil.
package struct Pulse: Hashable, Sendable {
    /// Nil where the tool names no state.
    package var isRunning: Bool?
    package var reputation: Double?
    package var points: Double?
    /// In bytes, whatever unit the tool wrote.
    package var egressBytes: Double?
    package var rank: Double?
    /// 0 to 100.
    package var uptimePercent: Double?
    /// Port numbers, and whether each is open.
    package var ports: [Int: Bool] = [:]

    /// The samples; a node that gave a pulse and no state counts as up.
    package var samples: [Sample] {
        let figures: [(String, Double?)] = [
            ("pipe_up", isRunning == false ? 0 : 1), ("pipe_reputation", reputation), ("pipe_points", points),
            ("pipe_egress_bytes", egressBytes), ("pipe_rank", rank), ("pipe_uptime_percent", uptimePercent),
        ]
        let open = ports.sorted { $0.key < $1.key }.map { port, isOpen in
            Sample("pipe_port_open", [.init("port", String(port))], isOpen ? 1 : 0)
        }
        return figures.compactMap { name, value in value.map { Sample(name, [], $0) } } + open
    }

    /// The samples of a Pipe node whose tool was asked and gave no pulse.
    package static let silence = [Sample("pipe_up", [], 0)]

    /// Finds the pulse in what the node printed: `pop --status` text, `pop --pulse --export json`, or both in one.
    ///
    /// - Returns: nil when nothing in it is a pulse; at most the first 1 MB is looked at.
    package static func parse(_ output: [UInt8]) -> Pulse? {
        let output = Array(output.prefix(1 << 20))
        if let document = PulseDocument.find(in: output) {
            var pulse = Pulse(PulseFields(document))
            pulse.fill(from: Pulse(PulseFields(lines: output)))
            return pulse
        }
        let pulse = Pulse(PulseFields(lines: output))
        return pulse.hasFigure ? pulse : nil
    }

    /// True when something stands in it that only a Pipe node says.
    var hasFigure: Bool {
        [reputation, points, egressBytes, rank].contains { $0 != nil }
    }

    private mutating func fill(from other: Pulse) {
        isRunning = isRunning ?? other.isRunning
        reputation = reputation ?? other.reputation
        points = points ?? other.points
        egressBytes = egressBytes ?? other.egressBytes
        rank = rank ?? other.rank
        uptimePercent = uptimePercent ?? other.uptimePercent
        ports.merge(other.ports) { mine, _ in mine }
    }
}
