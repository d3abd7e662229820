import FleetModel
import Foundation
import Testing

@testable import Lab

@Suite(.serialized, .timeLimit(.minutes(15))) struct NodeLifeTests {
    @Test func `a reboot cuts the connection, and the node comes back under another boot id`() async throws {
        try await LabBench.with { lab in
            let identity = "cat $FLOTILLA_PROC/sys/kernel/random/boot_id; cut -d. -f1 $FLOTILLA_PROC/uptime"
            let before = try await lab.ssh("pop-01", identity).text.split(separator: "\n")
            #expect(try await lab.ssh("pop-01", "sudo reboot; sleep 100; echo still here").status == 255)
            let answer = try await lab.ssh("pop-01", identity, until: { $0.status == 0 })
            let after = answer.text.split(separator: "\n")
            try #require(before.count == 2 && after.count == 2)
            #expect(before[0] != after[0])
            #expect(Int(before[1]) ?? 0 > 80_000)
            #expect(Int(after[1]) ?? 99_999 < 60)
        }
    }

    @Test func `a request on an open channel sees fresh figures`() async throws {
        try await LabBench.with { lab in
            let loop = "while read -r x; do read -r up rest <$FLOTILLA_PROC/uptime; echo $up; done"
            let input = "first\n"
            let one =
                Double(
                    try await lab.ssh("pop-01", loop, input: Data(input.utf8)).text.trimmingCharacters(in: .newlines)
                ) ?? 0
            try await Task.sleep(for: .milliseconds(300))
            let two =
                Double(
                    try await lab.ssh("pop-01", loop, input: Data(input.utf8)).text.trimmingCharacters(in: .newlines)
                ) ?? 0
            #expect(two - one >= 0.25)
        }
    }

    @Test func `the seed's health check works word for word`() async throws {
        try await LabBench.with { lab in
            let peers = try await lab.ssh("pi-gps-01", "docker exec mcp-utc-time ntpq -p -n").text
            #expect(peers.split(separator: "\n").contains { $0.hasPrefix("*") })
            let usage = try await lab.ssh("pi-gps-01", "df -h / | tail -1 | awk '{print $5}'").text
            #expect((1..<80).contains(Int(usage.prefix { $0 != "%" }) ?? 0), "\(usage)")
        }
    }

    @Test func `health and metrics are served, and a stopped container serves nothing`() async throws {
        try await LabBench.with(healthPort: Int.random(in: 30_000...32_000)) { lab in
            let node = try lab.node("pi-gps-01")
            let base = "http://\(node.host):\(lab.healthPort)"
            let listed = try await lab.ssh("pi-gps-01", "docker ps").text
            #expect(listed.contains("mcp-utc-time"))
            let health = try await LabBench.run("/usr/bin/curl", ["-sf", "-m", "60", base + "/health"])
            #expect(health.status == 0 && health.text.contains(#""status":"healthy""#), "\(health.text)")
            let metrics = try await LabBench.run("/usr/bin/curl", ["-sf", "-m", "60", base + "/metrics"])
            #expect(metrics.text.contains("mcp_ntp_synced 1\n"))
            let stopped = try await lab.ssh("pi-gps-01", "docker stop mcp-utc-time")
            #expect(stopped.status == 0)
            let silent = try await LabBench.run("/usr/bin/curl", ["-sf", "-m", "60", base + "/health"])
            #expect(silent.status != 0)
        }
    }

    @Test(arguments: [false, true])
    func `the exporter of a machine that is off is off too, and comes back with it`(shared: Bool) async throws {
        try await LabBench.with(healthPort: Int.random(in: 30_000...32_000), shared: shared) { lab in
            let exporter = "http://\(try lab.node("pi-gps-01").host):\(lab.healthPort + 2_001)/metrics"
            let scrape = ["-sf", "-m", "60", "--retry", "8", "--retry-connrefused", exporter]
            let metrics = try await LabBench.run("/usr/bin/curl", scrape)
            for name in ["ntp_synced 1", "ntp_offset_ms ", "disk_usage_percent "] {
                #expect(metrics.text.contains("\n\(name)"), "\(metrics.text)")
            }
            try lab.set("off", on: "pi-gps-01")
            #expect(try await lab.ssh("pi-gps-01", "true", until: { $0.status == 255 }).status == 255)
            #expect(try await LabBench.run("/usr/bin/curl", ["-sf", "-m", "60", exporter]).status != 0)
            try lab.set("none", on: "pi-gps-01")
            #expect(try await lab.ssh("pi-gps-01", "true", until: { $0.status == 0 }).status == 0)
            #expect(try await LabBench.run("/usr/bin/curl", scrape).status == 0)
        }
    }

    @Test func `compose brings up the image it is told, and a broken one is unhealthy`() async throws {
        try await LabBench.with { lab in
            let up =
                "cd mcp-utc-time-server && export MCP_IMAGE=ghcr.io/x/y:broken-2 && docker pull $MCP_IMAGE && docker-compose -f docker-compose.rpi.yml up -d"
            let deployed = try await lab.ssh("pi-gps-01", up)
            #expect(deployed.status == 0, "\(deployed.errors)")
            let look =
                "docker inspect --format '{{.Name}} {{.State.Running}} {{.Config.Image}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' mcp-utc-time"
            let seen = try await lab.ssh("pi-gps-01", look)
            #expect(seen.text == "/mcp-utc-time true ghcr.io/x/y:broken-2 unhealthy\n")
        }
    }

    @Test func `units fail, are listed and are mended`() async throws {
        try await LabBench.with { lab in
            let text = try await lab.ssh(
                "pi-gps-01",
                """
                systemctl is-active gpsd; systemctl kill gpsd; systemctl list-units --all --state=failed --plain --no-legend | grep -c gpsd
                sudo systemctl restart gpsd; systemctl show -p Id -p ActiveState -- gpsd; systemctl status nothing; echo $?
                """
            ).text
            #expect(text == "active\n1\nId=gpsd.service\nActiveState=active\n4\n")
        }
    }

    @Test func `shared listeners serve every node where descriptors are few`() async throws {
        try await LabBench.with(shared: true) { lab in
            for node in lab.plan.nodes {
                #expect(try await lab.ssh(node.name.text, "hostname").text == "\(node.name)\n")
            }
            try lab.set("refuse", on: "pop-01")
            #expect(try await lab.ssh("pop-01", "true").status == 255)
        }
    }
}
