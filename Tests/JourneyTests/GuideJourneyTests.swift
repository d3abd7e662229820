import FleetModel
import FleetTesting
import Foundation
import Testing

/// The three files of the Raspberry Pi guide, from a node that goes down to the message and its end.
@Suite(.timeLimit(.minutes(5))) struct GuideJourneyTests {
    @Test func `the guide's files bring one message and one end, past silences and a daemon that is killed`()
        async throws
    {
        try await TestBed.with { bed in
            let chat = try TextServer(in: bed) { _ in .init("ok", type: "text/plain") }
            let journey = try Self.fleet(bed, toldAt: "http://127.0.0.1:\(chat.port)/services/T/B/secret")
            try await eventually("every target answers") {
                let up = try journey.flotilla("query", "up{job='mcp-time-servers'} == 1", "-o", "json").json()
                return up["data"]["result"][3] != .null
            }
            #expect(try journey.flotilla("lab", "fault", "pi-gps-01", "off").exitCode == 0)
            try await eventually("the message") { !chat.requests.isEmpty }
            let silenced = try journey.flotilla("silence", "add", "instance=pi-gps-02:9090", "--comment", "antenna")
            #expect(silenced.exitCode == 0, "\(silenced.errorText)")
            #expect(try journey.flotilla("lab", "fault", "pi-gps-02", "off").exitCode == 0)
            try await eventually("the silenced alert is in the history") {
                let history = try journey.flotilla("alerts", "history", "--alert", "pi-gps-02", "-o", "json")
                return history.text.contains("\"silenced\"")
            }
            try Self.killDaemon(journey)
            #expect(try journey.flotilla("collector", "start").exitCode == 0)
            #expect(try journey.flotilla("lab", "fault", "pi-gps-01", "none").exitCode == 0)
            try await eventually("the end") { chat.requests.count > 1 }
            let told = try chat.requests.map { try JSONReading.parse($0.body) }
            #expect(told.count == 2, "\(told.map { $0.text() })")
            #expect(told.map { $0["channel"] } == ["#mcp-alerts", "#mcp-alerts"])
            let messages = told.map { $0["attachments"][0] }
            #expect(messages.map { $0["title"] } == ["MCP Time Server Alert", "MCP Time Server Alert"])
            #expect(messages.map { $0["text"] } == ["pi-gps-01:9090 is down", "pi-gps-01:9090 is down"])
            #expect(messages.map { $0["color"] } == ["danger", "good"])
            let alerts = try journey.flotilla("alerts", "list", "-o", "json").json()
            #expect(alerts[0]["state"] == "held" && alerts[1] == .null, "\(alerts.text())")
        }
    }

    @Test func `a test goes through every way out of a receiver, and says what was not taken`() async throws {
        try await TestBed.with { bed in
            let chat = try TextServer(in: bed) { $0.path == "/gone" ? .init(404) : .init("ok", type: "text/plain") }
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let none = try journey.flotilla("notify", "test", "ops", "-o", "json")
            #expect(try none.json()["error"]["code"] == "usage.no_receivers")
            try Scratch.folder(journey.home + "/config")
            try Scratch.write(
                """
                route: {receiver: ops}
                receivers:
                - name: ops
                  slack_configs: [{api_url: 'http://127.0.0.1:\(chat.port)/services/T/B/secret', channel: '#ops'}]
                  webhook_configs: [{url: 'http://127.0.0.1:\(chat.port)/gone'}]
                - name: nobody
                """,
                to: journey.home + "/config/alertmanager.yml"
            )
            let tested = try journey.flotilla("notify", "test", "ops", "-o", "json")
            #expect(tested.exitCode == 1, "\(tested.errorText)")
            let lines = try tested.json()
            let results = (0..<4).map { [lines[$0]["integration"], lines[$0]["message"], lines[$0]["result"]] }
            #expect(results.contains(["ops/slack[0]", "firing", "taken"]))
            #expect(results.contains(["ops/slack[0]", "resolved", "taken"]))
            #expect(results.contains(["ops/webhook[0]", "firing", "not taken"]))
            #expect(lines[3] == .null, "the end of what was not taken is not sent: \(tested.text)")
            #expect(!tested.text.contains("secret"))
            for (receiver, code) in [("op", "usage.unknown_receiver"), ("nobody", "usage.silent_receiver")] {
                let refused = try journey.flotilla("notify", "test", receiver, "-o", "json")
                #expect(refused.exitCode == 2)
                #expect(try refused.json()["error"]["code"] == .string(code))
            }
        }
    }

    /// A lab, and a daemon on the guide's files: only the address of the chat is another, and time runs faster.
    private static func fleet(_ bed: TestBed, toldAt chat: String) throws -> Journey {
        let journey = Journey(bed)
        bed.atEnd {
            _ = try? journey.flotilla("collector", "stop")
            _ = try? journey.flotilla("lab", "down")
        }
        _ = try journey.flotilla("init")
        let guide = try #require(Bundle.module.url(forResource: "Guide", withExtension: nil)).path
        try Scratch.folder(journey.home + "/config/rules")
        for file in ["prometheus.yml", "alertmanager.yml", "rules/alert-rules.yml"] {
            let text = try Scratch.text(guide + "/" + file)
                .replacing("https://hooks.slack.com/services/YOUR/WEBHOOK/URL", with: chat)
                .replacing(/(interval|_wait|for): [0-9]+[sm]\n/) { "\($0.output.1): 1s\n" }
            try Scratch.write(text, to: journey.home + "/config/" + file)
        }
        let lab = try journey.flotilla("lab", "up", "--nodes", "8")
        try #require(lab.exitCode == 0, "\(lab.errorText)")
        let daemon = try journey.flotilla("collector", "start")
        try #require(daemon.exitCode == 0, "\(daemon.errorText)")
        return journey
    }

    private static func killDaemon(_ journey: Journey) throws {
        let status = try journey.flotilla("collector", "status", "-o", "json").json()
        let process = try #require(status["pid"].scalarText.flatMap { pid_t($0) })
        #expect(kill(process, SIGKILL) == 0)
    }

    /// Asks again and again, for two minutes at the most.
    private func eventually(_ what: String, _ isSo: () throws -> Bool) async throws {
        for _ in 0..<600 {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw FixtureError("waited in vain: \(what)")
    }
}
