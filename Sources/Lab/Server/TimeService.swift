import FleetModel

/// The web side of a time node's container: `/health` and `/metrics`.
struct TimeService {
    let machine: PretendMachine
    let folder: NodeFolder
    let faults: NodeFaults

    struct Answer: Equatable {
        let status: Int
        let type: String
        let body: String
    }

    /// False while the container is stopped: nothing listens then.
    var isRunning: Bool { fact("running") != "false" }

    func answer(_ path: String) -> Answer {
        switch path {
        case "/health", "/healthz": health
        case "/metrics": Answer(status: 200, type: "text/plain; version=0.0.4", body: metrics)
        default: Answer(status: 404, type: "text/plain", body: "not found\n")
        }
    }

    private var health: Answer {
        let age = machine.moment.milliseconds / 1000 - (Int64(fact("started") ?? "") ?? 0)
        let word =
            age < 2 ? "starting" : fact("health") == "unhealthy" ? "unhealthy" : isSynced ? "healthy" : "degraded"
        let document: JSONValue = [
            "status": .string(word), "service": "mcp-utc-time-server", "version": .string(version),
            "time": .string((machine.moment + faults.clockOffset).rfc3339),
            "ntp": [
                "synced": .bool(isSynced), "offset_ms": .double(offset), "stratum": .int(Int64(machine.build.stratum)),
            ],
        ]
        let isServing = word == "healthy" || word == "degraded"
        return Answer(status: isServing ? 200 : 503, type: "application/json", body: document.text() + "\n")
    }

    private var metrics: String {
        let requests = Int64(machine.network.receivedPackets)
        return """
            # HELP mcp_ntp_synced Whether the clock follows a source.
            # TYPE mcp_ntp_synced gauge
            mcp_ntp_synced \(isSynced ? 1 : 0)
            # HELP mcp_ntp_offset_seconds Offset of the clock against its source.
            # TYPE mcp_ntp_offset_seconds gauge
            mcp_ntp_offset_seconds \((offset / 1000).fixed(9))
            # HELP mcp_ntp_stratum Distance from a reference clock.
            # TYPE mcp_ntp_stratum gauge
            mcp_ntp_stratum \(machine.build.stratum)
            # HELP mcp_time_requests_total Time requests answered.
            # TYPE mcp_time_requests_total counter
            mcp_time_requests_total \(requests)
            # HELP mcp_build_info The running version.
            # TYPE mcp_build_info gauge
            mcp_build_info{version="\(version)"} 1
            # HELP ntp_synced Whether the clock follows a source.
            # TYPE ntp_synced gauge
            ntp_synced \(isSynced ? 1 : 0)
            # HELP ntp_offset_ms Offset of the clock against its source, in milliseconds.
            # TYPE ntp_offset_ms gauge
            ntp_offset_ms \(offset.fixed(6))
            # HELP disk_usage_percent How full the root file system is.
            # TYPE disk_usage_percent gauge
            disk_usage_percent \(diskUsage)

            """
    }

    private var offset: Double { machine.ntpOffset(clockOffset: faults.clockOffset) }

    /// As `df` has it: of what users may fill, rounded up.
    private var diskUsage: Int64 {
        guard let root = machine.fileSystems(isFull: faults.contains(.diskFull)).first(where: { $0.mount == "/" })
        else {
            return 0
        }
        let usable = root.usedKiB + root.availableKiB
        return usable > 0 ? (root.usedKiB * 100 + usable - 1) / usable : 0
    }

    private var isSynced: Bool { abs(offset) < 1000 }

    private var version: String {
        let image = fact("image") ?? ""
        let tag = image.split(separator: ":").last.map(String.init) ?? "1.4.2"
        // The tag was typed by whoever deployed it; it goes into a label.
        return tag.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
    }

    private func fact(_ name: String) -> String? {
        Files.read("\(folder.containers)/\(NodeServices.container)/\(name)", limit: 1024)?
            .split(separator: "\n").first.map(String.init)
    }
}
