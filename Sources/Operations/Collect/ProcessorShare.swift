import FleetModel

/// The busy share of all processors between two polls, so that a list of a thousand nodes needs one figure, not counters.
struct ProcessorShare {
    private var total: Double?
    private var idle = 0.0

    /// `flotilla_cpu_busy_ratio` (0 to 1), or nothing at the first poll and after a restart of the counters.
    mutating func sample(from samples: [Sample]) -> [Sample] {
        var total = 0.0
        var idle = 0.0
        for sample in samples where sample.name == "node_cpu_seconds_total" {
            total += sample.value
            if let mode = sample["mode"], mode == "idle" || mode == "iowait" { idle += sample.value }
        }
        defer { (self.total, self.idle) = (total, idle) }
        guard let before = self.total, total > before, idle >= self.idle else { return [] }
        let busy = 1 - (idle - self.idle) / (total - before)
        return [Sample("flotilla_cpu_busy_ratio", [], min(1, max(0, busy)))]
    }
}
