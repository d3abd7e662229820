import FleetModel
import Glibc

/// What runs on a node when it is new: its units, its container, its logs and its `pop`. What is there already stays.
struct NodeServices {
    let folder: NodeFolder
    let machine: PretendMachine

    static let container = "mcp-utc-time"
    private static let image = "ghcr.io/example/mcp-utc-time-server:1.4.2"

    func furnish() throws(LabError) {
        for folder in [folder.state + "/units", folder.running, folder.state + "/log", folder.containers] {
            try Files.makeFolder(folder)
        }
        let isTime = machine.build.profile == .time
        let own =
            isTime ? ["docker", "ntpsec"] + (machine.build.stratum == 1 ? ["gpsd"] : []) : ["pipe-pop", "chrony"]
        for unit in own + ["ssh", "cron"] {
            if try putOnce("loaded active running\n", at: folder.state + "/units/\(unit).service") {
                try Files.write("", to: folder.running + "/\(unit).service")
            }
            try putOnce(log(of: unit), at: folder.state + "/log/\(unit)")
        }
        if machine.build.seed % 17 == 0 {
            try putOnce("loaded failed failed\n", at: folder.state + "/units/apt-daily.service")
        }
        if isTime { try furnishContainer() } else { try furnishPop() }
    }

    private func furnishPop() throws(LabError) {
        try Files.makeFolder(folder.home + "/tools")
        let tool = folder.home + "/tools/pop"
        guard access(tool, F_OK) != 0 else { return }
        try Files.write(PopTool.script + "\n", to: tool, mode: 0o755)
    }

    private func furnishContainer() throws(LabError) {
        let box = folder.containers + "/" + Self.container
        try Files.makeFolder(box)
        let id = String(SeededRandom.mixed(machine.build.seed), radix: 16)
        let facts = [
            "image": Self.image, "running": "true", "restarts": "0", "health": "healthy", "id": String(id.prefix(12)),
            "started": String(machine.booted.milliseconds / 1000),
        ]
        for (fact, text) in facts where try putOnce(text + "\n", at: box + "/" + fact) && fact == "id" {
            let group = folder.running + "/docker-\(text).scope"
            try Files.makeFolder(group)
            try Files.write("612\n", to: group + "/cgroup.procs")
        }
        try putOnce(Self.image + "\n", at: folder.state + "/images")
        try putOnce(log(of: Self.container), at: folder.state + "/log/\(Self.container)")
        let project = folder.home + "/mcp-utc-time-server"
        try Files.makeFolder(project)
        try putOnce(Self.compose, at: project + "/docker-compose.rpi.yml")
    }

    private static let compose = """
        services:
          mcp-utc-time:
            image: ${MCP_IMAGE:-\(image)}
            container_name: \(container)
            restart: unless-stopped
            ports: ["3000:3000", "123:123/udp"]

        """

    private func log(of unit: String) -> String {
        let start = machine.moment.milliseconds - 3_600_000
        return (0..<40).map { line in
            let moment = Timestamp(milliseconds: start + Int64(line) * 90_000)
            let word = line == 0 ? "started" : line % 13 == 0 ? "slow answer, retried once" : "ok"
            return "\(moment.rfc3339) \(machine.build.hostname) \(unit)[612]: \(word)\n"
        }.joined()
    }

    /// - Returns: whether it was not there before.
    @discardableResult
    private func putOnce(_ text: String, at path: String) throws(LabError) -> Bool {
        guard access(path, F_OK) != 0 else { return false }
        try Files.write(text, to: path)
        return true
    }
}
