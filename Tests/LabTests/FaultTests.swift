import FleetModel
import FleetTesting
import Foundation
import Testing

@testable import Lab

/// Each fault as the system's `ssh` sees it.
@Suite(.serialized, .timeLimit(.minutes(15))) struct FaultTests {
    private static let impatient = ["-o", "ConnectTimeout=2"]

    @Test func `hang takes the connection and says nothing`() async throws {
        try await LabBench.with { lab in
            try lab.set("hang", on: "pop-01")
            let answer = try await lab.ssh("pop-01", "true", options: Self.impatient)
            #expect(answer.status == 255)
            #expect(answer.errors.contains("timed out during banner exchange"), "\(answer.errors)")
            #expect(try await lab.ssh("pop-02", "true").status == 0)
        }
    }

    @Test func `hang-exec logs in and never answers`() async throws {
        try await LabBench.with { lab in
            try lab.set("hang-exec", on: "pop-01")
            #expect(try await lab.ssh("pop-01", "true", deadline: 3).status == 137)
            try lab.set("none", on: "pop-01")
            #expect(try await lab.ssh("pop-01", "true").status == 0)
        }
    }

    @Test func `slow delays the command`() async throws {
        try await LabBench.with { lab in
            try lab.set("slow=1500ms", on: "pop-01")
            let begin = ContinuousClock.now
            #expect(try await lab.ssh("pop-01", "echo at last").text == "at last\n")
            #expect(ContinuousClock.now - begin >= .milliseconds(1500))
        }
    }

    @Test func `refuse closes the port`() async throws {
        try await LabBench.with(faults: "refuse:100%") { lab in
            #expect(try await lab.ssh("pop-01", "true").errors.contains("Connection refused"))
            try lab.set("none", on: "pop-01")
            #expect(try await lab.ssh("pop-01", "true", until: { $0.status == 0 }).status == 0)
        }
    }

    @Test func `drop cuts the connection in the middle of the output`() async throws {
        try await LabBench.with(faults: "drop:100%") { lab in
            let answer = try await lab.ssh("pop-01", "echo 0123456789; sleep 60; echo never")
            #expect(answer.status == 255)
            #expect(answer.output.count > 0 && answer.output.count < 11, "\(answer.text)")
        }
    }

    @Test func `flood prints without end`() async throws {
        try await LabBench.with(faults: "flood:100%") { lab in
            let node = try lab.node("pop-01")
            try await TestLimit.growing([.seconds(2), .seconds(40)]) { limit in
                let answer = try await lab.ssh("pop-01", "true", deadline: Int(limit.components.seconds))
                #expect(answer.status == 137)
                guard answer.output.count > 1_000_000 else { return "only \(answer.output.count) bytes came" }
                #expect(answer.text.hasPrefix("the flood of \(node.name)\n"))
                return nil
            }
        }
    }

    @Test func `key-changed shows another key, and the old one again when mended`() async throws {
        try await LabBench.with { lab in
            let known = lab.folder + "/known_hosts"
            let pinning = ["-o", "UserKnownHostsFile=\(known)", "-o", "StrictHostKeyChecking=accept-new"]
            // ssh takes the first value of an option: ours must come before the bench's own.
            func look() async throws -> LabBench.Answer { try await lab.pinned("pop-01", "true", pinning) }
            #expect(try await look().status == 0)
            try lab.set("key-changed", on: "pop-01")
            #expect(try await look().errors.contains("IDENTIFICATION HAS CHANGED"))
            try lab.set("none", on: "pop-01")
            #expect(try await look().status == 0)
        }
    }

    @Test func `a clock fault moves the node's date and its time daemon notices`() async throws {
        try await LabBench.with { lab in
            try lab.set("clock+2h", on: "pi-gps-01")
            let before = Date().timeIntervalSince1970
            let answer = try await lab.ssh(
                "pi-gps-01",
                "date +%s; docker exec mcp-utc-time ntpq -p -n | grep -c '^[*]'"
            )
            let lines = answer.text.split(separator: "\n")
            let shown = (Double(lines.first ?? "") ?? 0) - 7200
            #expect((before - 2...Date().timeIntervalSince1970 + 2).contains(shown))
            #expect(lines.last == "0")
            #expect(
                try await lab.ssh("pi-gps-02", "docker exec mcp-utc-time ntpq -p -n | grep -c '^[*]'").text == "1\n"
            )
        }
    }

    @Test func `disk-full shows in df and lets nothing be written`() async throws {
        try await LabBench.with { lab in
            #expect(try await lab.ssh("pop-01", "df -P / | tail -1 | awk '{print $5}'").text != "100%\n")
            try lab.set("disk-full", on: "pop-01")
            #expect(try await lab.ssh("pop-01", "df -P / | tail -1 | awk '{print $5}'").text == "100%\n")
            let written = try await lab.ssh("pop-01", "cat >file", input: Data("text".utf8))
            #expect(written.status == 1)
            #expect(written.errors.contains("No space left on device"))
            #expect(try await lab.ssh("pop-01", "printf text >other; test -s other").status != 0)
            #expect(try await lab.ssh("pop-01", "echo seen 2>/dev/null | cat").text == "seen\n")
        }
    }

    @Test func `sudo-prompt wants the password, once and right`() async throws {
        try await LabBench.with(faults: "sudo-prompt:100%") { lab in
            let never = try await lab.ssh("pop-01", "sudo -n true")
            #expect(never.status == 1 && never.errors == "sudo: a password is required\n")
            let given = try await lab.ssh(
                "pop-01",
                "sudo -S -p 'nonce-17' -- sh -c 'cat; echo $SUDO_USER'",
                input: Data("\(LabBench.password)\nrest".utf8)
            )
            #expect(given.text == "restubuntu\n")
            #expect(given.errors == "nonce-17")
            let wrong = try await lab.ssh("pop-01", "sudo -S true", input: Data("a\nb\nc\n".utf8))
            #expect(wrong.status == 1 && wrong.errors.contains("3 incorrect password attempts"))
            try lab.set("none", on: "pop-01")
            #expect(try await lab.ssh("pop-01", "sudo -n id -un").status == 0)
        }
    }

    @Test func `faults change from another process`() async throws {
        try await LabBench.with { lab in
            let control = LabControl(folder: LabFolder(lab.folder + "/lab"))
            let name = try NodeName("pop-02")
            try control.setFaults("refuse,clock+90s", on: [name])
            #expect(
                try await lab.ssh("pop-02", "true", until: { $0.status == 255 }).errors.contains("Connection refused")
            )
            #expect(try control.status().object?["faults"] == ["pop-02": ["clock+90000ms", "refuse"]])
            try control.setFaults("none", on: [name])
            #expect(try await lab.ssh("pop-02", "true", until: { $0.status == 0 }).status == 0)
            #expect(throws: UsageError.self) { try control.setFaults("hang", on: [NodeName("nobody")]) }
            #expect(throws: UsageError.self) { try control.setFaults("hagn", on: [name]) }
        }
    }

    @Test func `a second lab in one folder is refused, and control says when none runs`() async throws {
        try await LabBench.with { lab in
            let settings = LabSettings(folder: lab.folder + "/lab")
            let second = LabFleet(plan: lab.plan, settings: settings, clock: LabBench.clock)
            let error = #expect(throws: LabError.self) { try second.start() }
            #expect(error?.code == "lab.running")
            lab.fleet.stop()
            let silent = #expect(throws: LabError.self) {
                try LabControl(folder: LabFolder(lab.folder + "/lab")).status()
            }
            #expect(silent?.code == "lab.not_running")
        }
    }
}
