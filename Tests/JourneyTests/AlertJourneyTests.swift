import FleetModel
import FleetTesting
import Foundation
import Testing

/// Alerts and silences through the built binary, with and without a daemon.
@Suite(.timeLimit(.minutes(5))) struct AlertJourneyTests {
    @Test func `a silence is made, listed and ended without a daemon`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let added = try journey.flotilla("silence", "add", "node=pi-1", "--comment", "disk", "-o", "json")
            #expect(added.exitCode == 0, "\(added.errorText)")
            let id = try #require(try added.json()[0]["id"].string)
            #expect(try added.json()[0]["matchers"] == "{node=\"pi-1\"}")
            #expect(try journey.flotilla("silence", "list", "-o", "json").json()[0]["state"] == "active")
            #expect(try journey.flotilla("silence", "expire", id).exitCode == 0)
            #expect(try journey.flotilla("silence", "list", "-o", "json").json() == [])
            let again = try journey.flotilla("silence", "expire", id, "-o", "json")
            #expect(try again.json()["error"]["code"] == "silence.already_expired")
            let everything = try journey.flotilla("silence", "add", "node=~.*", "-o", "json")
            #expect(try everything.json()["error"]["code"] == "silence.refused")
            #expect(try journey.flotilla("alerts", "list").exitCode == 0)
            #expect(try journey.flotilla("alerts", "history", "-o", "json").json() == [])
        }
    }

    @Test func `a wrong alertmanager.yml is refused with every place`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            try FileManager.default.createDirectory(
                atPath: journey.home + "/config",
                withIntermediateDirectories: true
            )
            try Scratch.write("route: {receiver: a, foo: 1}\nbar: 2\n", to: journey.home + "/config/alertmanager.yml")
            let refused = try journey.flotilla("alerts", "list", "-o", "json")
            #expect(try refused.json()["error"]["code"] == "usage.bad_alertmanager_file")
            let problem = try #require(try refused.json()["error"]["problem"].string)
            #expect(problem.contains("alertmanager.yml:1:") && problem.contains("alertmanager.yml:2:1"))
            #expect(refused.exitCode == 2)
        }
    }
}
