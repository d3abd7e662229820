import FleetModel
import FleetTesting
import Foundation
import Testing

/// What the home keeps, through the built binary: secrets, copies, settings.
@Suite(.timeLimit(.minutes(5))) struct StateJourneyTests {
    @Test func `a password of an inventory is shown nowhere and exported only when it is asked for`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let word = "correct-horse-battery"
            let file = bed.path("hosts.ini")
            try Scratch.write(
                "[web]\nw1 ansible_host=10.0.0.1 ansible_user=pi ansible_password=\(word) x=1\n",
                to: file
            )
            let imported = try journey.flotilla("inventory", "import", file)
            #expect(imported.exitCode == 0, "\(imported.errorText)")
            try Scratch.write(
                "[web]\nw1 ansible_host=10.0.0.1 ansible_user=pi ansible_password=\(word)2 x=1\n",
                to: file
            )
            let changed = try journey.flotilla("inventory", "import", file)
            #expect(changed.text.contains("ansible_password") && !changed.text.contains(word), "\(changed.text)")
            for words in [
                ["details", "w1"], ["details", "w1", "-o", "json"], ["audit", "list"], ["list", "-o", "json"],
            ] {
                let shown = try LocalCommand.run(
                    [Journey.binary()] + words,
                    environment: ["FLOTILLA_HOME=\(journey.home)", "PATH=/usr/bin:/bin"]
                )
                #expect(shown.exitCode == 0 && !(shown.text + shown.errorText).contains(word), "\(words)")
            }
            #expect(try LocalCommand.run(["grep", "-rl", word, journey.home]).text.isEmpty)
            let plain = try journey.flotilla("inventory", "export", "--format", "ansible-yaml")
            #expect(!plain.text.contains("ansible_password") && plain.errorText.contains("ansible_password"))
            #expect(plain.text.contains("x:"))
            let whole = try journey.flotilla("inventory", "export", "--format", "ansible-yaml", "--with-secrets")
            #expect(whole.text.contains(word + "2") && whole.errorText.contains("holds secrets"))
        }
    }

    @Test func `a damaged registry says which command brings it back, and that command does`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            _ = try journey.flotilla("register", "n1", "10.0.0.1", "pi")
            #expect(try journey.flotilla("registry", "copy").exitCode == 0)
            _ = try journey.flotilla("register", "n2", "10.0.0.2", "pi")
            try Scratch.write("this is no database", to: journey.home + "/flotilla.sqlite")
            for log in ["-wal", "-shm"] { Scratch.remove(journey.home + "/flotilla.sqlite" + log) }
            let refused = try journey.flotilla("list")
            #expect(refused.exitCode == 3)
            let command = try #require(refused.errorText.firstMatch(of: /flotilla (registry restore .*)/)).1
            let words = command.split(separator: " ").map(String.init)
            #expect(try journey.flotilla("registry", "restore", words[2]).exitCode == 2, "nobody can be asked here")
            let mended = try LocalCommand.run([Journey.binary()] + words + ["--yes"])
            #expect(mended.exitCode == 0, "\(mended.errorText)")
            let names = try journey.flotilla("list", "-o", "json").json()
            #expect(names[0]["name"] == "n1" && names[1] == .null)
            #expect(try journey.flotilla("audit", "verify").exitCode == 0)
            let kept = try LocalCommand.run(["grep", "-rl", "this is no database", journey.home]).text
            #expect(kept.contains("flotilla.sqlite.damaged-"))
        }
    }

    @Test func `a hang-up reads the settings again, and wrong ones are refused while the old ones go on`() async throws
    {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            try Scratch.folder(journey.home + "/config")
            let file = journey.home + "/config/flotilla.yml"
            try Scratch.write("interval: 40s\n", to: file)
            let daemon = try ServerProcess(
                [Journey.binary(), "serve", "--listen", "127.0.0.1:0"],
                environment: ["FLOTILLA_HOME=\(journey.home)", "HOME=\(bed.folder)", "PATH=/usr/bin:/bin"],
                log: bed.path("log")
            )
            bed.atEnd { daemon.end() }
            try await Self.wait(journey) { $0["interval_s"] == .double(40) }
            try Scratch.write("interval: 30s\n", to: file)
            kill(daemon.pid, SIGHUP)
            try await Self.wait(journey) { $0["interval_s"] == .double(30) }
            try Scratch.write("interval: 20s\nintervall: 9\n", to: file)
            kill(daemon.pid, SIGHUP)
            try await Self.wait(journey) { $0["settings_refused"] != .null }
            let status = try journey.flotilla("collector", "status", "-o", "json").json()
            #expect(["30", "30.0"].contains(status["interval_s"].text()))
            #expect(status["settings_refused"].string?.contains("flotilla.yml:2:1: unknown key") == true)
            #expect(try Scratch.text(bed.path("log")).contains("settings refused"))
            try Scratch.write("interval: 25s\n", to: file)
            kill(daemon.pid, SIGHUP)
            try await Self.wait(journey) { $0["settings_refused"] == .null && $0["interval_s"] == .double(25) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: journey.home + "/backups").count == 1)
        }
    }

    private static func wait(_ journey: Journey, _ isSo: (JSONValue) -> Bool) async throws {
        for _ in 0..<300 {
            // JSON has one kind of number: a whole one reads as an integer.
            var status = try journey.flotilla("collector", "status", "-o", "json").json().object ?? [:]
            if case .int(let whole)? = status["interval_s"] { status["interval_s"] = .double(Double(whole)) }
            if status["running"] == true, isSo(.object(status)) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the daemon never came to that state")
    }
}
