import FleetModel
import Operations

extension Node {
    /// When it last answered: the registry learns that once a minute, the samples with each poll.
    func lastSeen(with poll: PollRecord?) -> Timestamp? {
        guard let poll, poll.samples.contains(where: { $0.name == "up" && $0.value == 1 }) else { return lastSeen }
        return max(poll.at, lastSeen ?? poll.at)
    }
}

extension NodeView {
    /// A node and the figures of its last poll.
    init(_ node: Node, poll: PollRecord?) {
        self.init(name: node.name, status: node.status, lastSeen: node.lastSeen(with: poll))
        groups = node.groups.sorted()
        location = node.location?.text
        address = "\(node.user)@\(node.host.joined(to: node.port))"
        for sample in poll?.samples ?? [] { take(sample, at: poll?.at) }
        if let total = memoryTotal, let available = memoryPercent, total > 0 {
            // Until here it held the bytes that are available.
            memoryPercent = 100 * (1 - available / total)
        }
    }

    private mutating func take(_ sample: Sample, at: Timestamp?) {
        switch sample.name {
        case "flotilla_cpu_busy_ratio": cpuPercent = sample.value * 100
        case "node_memory_MemTotal_bytes": memoryTotal = sample.value
        case "node_memory_MemAvailable_bytes": memoryPercent = sample.value
        case "disk_usage_percent": diskPercent = sample.value
        case "node_filesystem_size_bytes" where sample["mountpoint"] == "/": diskTotal = sample.value
        case "node_load1": load = sample.value
        case "node_thermal_zone_temp": temperature = max(temperature ?? sample.value, sample.value)
        case "flotilla_clock_offset_seconds": clockOffset = sample.value
        case "node_boot_time_seconds":
            uptime = at.map { .seconds(Double($0.milliseconds) / 1000 - sample.value) }
        case "node_os_info": system = sample["pretty_name"]
        default: takeProfile(sample)
        }
    }

    private mutating func takeProfile(_ sample: Sample) {
        if sample.name.hasPrefix("ntp_") {
            var figures = time ?? TimeFigures()
            switch sample.name {
            case "ntp_synced": figures.isSynchronised = sample.value == 1
            case "ntp_offset_ms": figures.offset = sample.value / 1000
            case "ntp_stratum": figures.stratum = Int(exactly: sample.value)
            default: break
            }
            time = figures
        } else if sample.name.hasPrefix("pipe_") {
            var figures = pipe ?? PipeFigures()
            switch sample.name {
            case "pipe_up": figures.isUp = sample.value == 1
            case "pipe_rank": figures.rank = Int(exactly: sample.value)
            case "pipe_points": figures.points = sample.value
            case "pipe_egress_bytes": figures.egress = sample.value
            case "pipe_reputation": figures.reputation = sample.value
            default: break
            }
            pipe = figures
        }
    }
}
