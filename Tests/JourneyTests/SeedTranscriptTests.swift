import FleetModel
import FleetTesting
import Foundation
import Testing

/// The page of the Pipe fleet, word for word, against a real OpenSSH server.
@Suite(.timeLimit(.minutes(15))) struct SeedTranscriptTests {
    @Test func `every command of the Pipe fleet page works as it is written`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            #expect(try journey.pop("init").exitCode == 0)
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: journey.authorizedKeys()))
            let port = server.port.description
            #expect(try journey.pop("register", "node-1", "127.0.0.1", "root", port).exitCode == 0)
            #expect(try journey.pop("test", "node-1").text.contains("runs commands"))
            #expect(try journey.pop("collect").text.contains("1 collected, 0 failed"))
            #expect(try journey.pop("dashboard").text.contains("node-1"))
            #expect(try journey.pop("exec", "node-1", "echo", "hello", "-n").text == "hello -n\n")
            #expect(try journey.pop("exec-all", "true").exitCode == 0)
            #expect(try journey.pop("list").text.contains("root@127.0.0.1:\(port)"))
            #expect(try journey.pop("details", "node-1").text.contains("ssh-ed25519 SHA256:"))
            #expect(try journey.pop("update", "node-1", "location", "the", "attic").exitCode == 0)
            #expect(try journey.flotilla("list", "-o", "json").json()[0]["location"] == "the attic")
            #expect(try journey.pop("unregister", "node-1").exitCode == 0)
            #expect(try journey.flotilla("list", "-o", "json").json() == [])
        }
    }

    @Test func `the collector starts, collects, refuses a second one, and stops`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.pop("init")
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: journey.authorizedKeys()))
            bed.atEnd { _ = try? journey.flotilla("collector", "stop") }
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root", server.port.description)
            #expect(try journey.pop("collector", "start", "15").exitCode == 0)
            #expect(try journey.pop("collector", "status").text.contains("running"))
            #expect(try journey.flotilla("collector", "start").exitCode == 3)
            #expect(try journey.flotilla("serve").errorText.contains("already runs"))
            let outcome = try journey.flotilla("collect", "-o", "json").json()
            #expect(outcome["nodes"]["n1"]["status"] == "up")
            #expect(try journey.flotilla("exec", "n1", "exit 9").exitCode == 9)
            #expect(try journey.pop("collector", "stop").exitCode == 0)
            #expect(try journey.flotilla("collector", "status", "-o", "json").json()["running"] == false)
        }
    }

    @Test func `the seed's own forced command is collected, and exec says why it cannot`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.pop("init")
            let pop = bed.path("pop-tool")
            try Scratch.write(
                """
                #!/bin/sh
                case "$*" in
                --status) echo "Pipe node: running" ;;
                *) echo '{"status":"running","reputation":0.93,"points":1250,"rank":42,"egress":"1.2 TB","ports":{"8003":true}}' ;;
                esac

                """,
                to: pop,
                mode: 0o755
            )
            let key = try #require(journey.authorizedKeys().first?.split(separator: "\" ").last)
            let line = "command=\"\(pop) --status; \(pop) --pulse --export json\",no-port-forwarding,no-pty \(key)"
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: [line]))
            _ = try journey.flotilla("register", "pipe-1", "127.0.0.1", "root", server.port.description)
            let outcome = try journey.flotilla("collect", "-o", "json").json()
            #expect(outcome["nodes"]["pipe-1"]["route"] == "seed", "\(outcome.text())")
            let status = try journey.flotilla("status", "-o", "json").json()
            #expect(status["fleet_metrics"]["total_points"] == .double(1250), "\(status.text())")
            #expect(try journey.flotilla("list", "-o", "json").json()[0]["profile"] == "pipe")
            #expect(try journey.flotilla("exec", "pipe-1", "uptime").exitCode == 255)
        }
    }
}
