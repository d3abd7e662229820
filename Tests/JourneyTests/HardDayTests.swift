import FleetModel
import FleetTesting
import Foundation
import Testing

/// What goes wrong for a user, and what the answer says.
@Suite(.timeLimit(.minutes(15))) struct HardDayTests {
    @Test(arguments: [
        (["register", "-x", "10.0.0.1", "pi"], "usage"),
        (["register", "a;b", "10.0.0.1", "pi"], "usage.bad_node_name"),
        (["register", "a", "$(id)", "pi"], "usage.bad_host"), (["register", "a", "10.0.0.1", "-l"], "usage"),
        (["register", "a", "10.0.0.1", "pi", "70000"], "usage.bad_port"),
        (["register", "../a", "10.0.0.1", "pi"], "usage.bad_node_name"),
        (["exec", "nobody", "true"], "usage.unknown_node"), (["list", "(("], "usage"), (["frobnicate"], "usage"),
        (["update", "n1", "colour", "red"], "usage.unknown_field"), (["unregister", "n2"], "usage.unknown_node"),
        (["exec", "n1"], "command"), (["playbook", "run", "site.yml"], "usage.not_built"),
        (["inventory", "import", "/nonexistent"], "usage"),
        (["exec", "--timeout", "0", "n1", "true"], "--timeout"),
        (["exec", "--stdin", "/nonexistent", "n1", "true"], "usage.unreadable_file"),
        (["exec", "--outdir", "/etc/passwd", "n1", "true"], "usage.bad_outdir"),
    ])
    func `a wrong call ends with 2 and says what is wrong`(words: [String], code: String) async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root")
            let result = try LocalCommand.run(
                [Journey.binary()] + words + (words[0] == "exec" ? [] : ["-o", "json"]),
                environment: ["FLOTILLA_HOME=\(journey.home)", "HOME=/root", "PATH=/usr/bin:/bin"]
            )
            #expect(result.exitCode == 2, "\(result.errorText) \(result.text)")
            #expect((result.text + result.errorText).contains(code), "\(result.text)\(result.errorText)")
        }
    }

    @Test func `a fleet that is not there is named, and nothing is made`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            let result = try journey.flotilla("list")
            #expect(result.exitCode == 3)
            #expect(result.errorText.contains("flotilla init"))
            #expect(!FileManager.default.fileExists(atPath: journey.home))
        }
    }

    @Test func `a node that cannot be reached is 255 for exec, as with ssh, and its error is in the document`()
        async throws
    {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let port = try TestPort.free().description
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root", port)
            #expect(try journey.flotilla("exec", "n1", "true").exitCode == 255)
            let document = try journey.flotilla("exec", "-o", "json", "all", "true").json()
            #expect(document["nodes"]["n1"]["error"]["code"] == "ssh.connect_refused")
            #expect(document["nodes"]["n1"]["exit"] == .null)
            #expect(document["summary"]["unreachable"] == 1)
        }
    }

    @Test func `a changed host key quarantines the node until a person accepts it`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let keys = try journey.authorizedKeys()
            let first = try RealSSHD.start(in: bed, .init(authorizedKeys: keys), name: "first")
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root", first.port.description)
            #expect(try journey.flotilla("exec", "n1", "true").exitCode == 0)
            let second = try RealSSHD.start(in: bed, .init(authorizedKeys: keys), name: "second")
            _ = try journey.flotilla("update", "n1", "port", second.port.description)
            let refused = try journey.flotilla("exec", "-o", "json", "all", "true").json()
            #expect(refused["nodes"]["n1"]["error"]["code"] == "ssh.host_key_changed", "\(refused.text())")
            #expect(try journey.flotilla("list", ":quarantined", "-o", "json").json()[0]["name"] == "n1")
            #expect(try journey.flotilla("exec", "n1", "true").errorText.contains("ssh.quarantined"))
            #expect(try journey.flotilla("host-keys", "accept", "n1").exitCode == 2, "nobody can be asked here")
            #expect(try journey.flotilla("host-keys", "accept", "n1", "--yes").exitCode == 0)
            #expect(try journey.flotilla("exec", "n1", "true").exitCode == 0)
            #expect(try journey.flotilla("audit", "verify").exitCode == 0)
        }
    }

    @Test func `strict host keys refuse a key never seen unless that is allowed, and a bad setting is refused whole`()
        async throws
    {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: journey.authorizedKeys()))
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root", server.port.description)
            try Scratch.folder(journey.home + "/config")
            try Scratch.write("host_keys: strict\ninterval: 30s\n", to: journey.home + "/config/flotilla.yml")
            #expect(try journey.flotilla("exec", "n1", "true").errorText.contains("ssh.host_key_unknown"))
            #expect(try journey.flotilla("exec", "--accept-new-host-keys", "n1", "true").exitCode == 0)
            #expect(try journey.flotilla("exec", "n1", "true").exitCode == 0)
            try Scratch.write("host_keys: maybe\nintervall: 30s\n", to: journey.home + "/config/flotilla.yml")
            let refused = try journey.flotilla("exec", "n1", "true")
            #expect(refused.exitCode == 2)
            #expect(refused.errorText.contains("flotilla.yml:1:1: host_keys is"))
            #expect(refused.errorText.contains("flotilla.yml:2:1: unknown key “intervall”, did you mean “interval”?"))
        }
    }

    @Test func `what was reported as registered survives a kill in any moment`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let script = """
                i=0
                while [ $i -lt 40 ]; do
                  "$1" register "k$i" 10.0.0.1 pi >/dev/null && echo "k$i" >>"$2"
                  i=$((i + 1))
                done
                """
            let done = bed.path("done")
            let writer = try ServerProcess(
                ["/bin/sh", "-c", script, "sh", Journey.binary(), done],
                environment: ["FLOTILLA_HOME=\(journey.home)", "HOME=\(bed.folder)", "PATH=/usr/bin:/bin"],
                log: bed.path("log")
            )
            for _ in 0..<2400
            where ((try? Scratch.text(done)) ?? "").split(separator: "\n").count < 5 && writer.isRunning {
                try await Task.sleep(for: .milliseconds(50))
            }
            writer.end()
            let reported = try Scratch.text(done).split(separator: "\n").map(String.init)
            guard case .array(let nodes) = try journey.flotilla("list", "-o", "json").json() else { return }
            let names = Set(nodes.compactMap { $0["name"].string })
            #expect(reported.count >= 5)
            #expect(names.isSuperset(of: reported))
            #expect(try journey.flotilla("audit", "verify").exitCode == 0)
        }
    }

    @Test(arguments: ["INT", "TERM", "HUP"])
    func `whoever ends exec ends what runs on the node, and sees what came before`(signal: String) async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: try journey.authorizedKeys()), name: "node")
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root", server.port.description)
            #expect(try journey.flotilla("exec", "n1", "true").exitCode == 0)
            let word = "3600.\(UInt32.random(in: 100_000_000..<999_999_999))"
            let script = """
                "$1" exec -o json all "echo before; sleep $2" >"$3" 2>"$3.errors" &
                tries=0
                until pgrep -fx "sleep $2" >"$3.pgrep" || [ $tries -gt 1200 ]; do sleep 0.1; tries=$((tries + 1)); done
                kill -$4 $!
                wait $!
                """
            let shown = bed.path("shown")
            let ended = try LocalCommand.run(
                Self.hearingHangUps + ["/bin/sh", "-c", script, "sh", Journey.binary(), word, shown, signal],
                environment: ["FLOTILLA_HOME=\(journey.home)", "HOME=\(bed.folder)", "PATH=/usr/bin:/bin"]
            )
            #expect(ended.exitCode == 1, "\(ended.errorText)")
            let document = try JSONReading.parse(Array(Scratch.text(shown).utf8))
            #expect(document["nodes"]["n1"]["error"]["code"] == "exec.cancelled")
            #expect(document["nodes"]["n1"]["stdout"] == "before\n")
            #expect(try await ProcessesOnNode.left(containing: word).isEmpty)
        }
    }

    @Test func `under nohup a closed terminal ends nothing`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: try journey.authorizedKeys()), name: "node")
            _ = try journey.flotilla("register", "n1", "127.0.0.1", "root", server.port.description)
            let script = """
                nohup "$1" exec n1 ": >'$2.began'; until [ -e '$2.go' ]; do sleep 0.1; done; echo whole" >"$2" 2>&1 &
                tries=0
                until [ -e "$2.began" ] || [ $tries -gt 1200 ]; do sleep 0.1; tries=$((tries + 1)); done
                kill -HUP $!
                : >"$2.go"
                wait $!
                """
            let shown = bed.path("shown")
            let ended = try LocalCommand.run(
                Self.hearingHangUps + ["/bin/sh", "-c", script, "sh", Journey.binary(), shown],
                environment: ["FLOTILLA_HOME=\(journey.home)", "HOME=\(bed.folder)", "PATH=/usr/bin:/bin"]
            )
            #expect(ended.exitCode == 0, "\(ended.errorText)")
            #expect(try Scratch.text(shown).contains("whole\n"))
        }
    }

    /// Whoever runs the tests may ignore hang-ups, and a shell cannot undo that.
    private static let hearingHangUps = ["/usr/bin/env", "--default-signal=HUP", "/usr/bin/timeout", "240"]

    @Test func `results that standard output cannot take are no success`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let result = try LocalCommand.run(
                ["/bin/sh", "-c", "\"$0\" list -o json >/dev/full", Journey.binary()],
                environment: ["FLOTILLA_HOME=\(journey.home)", "HOME=\(bed.folder)", "PATH=/usr/bin:/bin"]
            )
            #expect(result.exitCode == 1)
            #expect(result.errorText.contains("state.output_lost"), "\(result.errorText)")
        }
    }

    @Test func `several imports and registrations at once on one home all finish`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let rows = (1...500).map { "m\($0),10.1.\($0 / 256).\($0 % 256),pi\n" }
            try Scratch.write("name,host,user\n" + rows.joined(), to: bed.path("m.csv"))
            let results = try await withThrowingTaskGroup(of: LocalResult.self) { group in
                for index in 1...6 {
                    group.addTask { try journey.flotilla("inventory", "import", bed.path("m.csv")) }
                    group.addTask { try journey.flotilla("register", "r\(index)", "10.0.0.1", "pi") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.allSatisfy { $0.exitCode == 0 }, "\(results.map(\.errorText))")
            guard case .array(let nodes) = try journey.flotilla("list", "-o", "json").json() else { return }
            #expect(nodes.count == 506)
            #expect(try journey.flotilla("audit", "verify").exitCode == 0)
        }
    }

    @Test func `the lab serves, takes faults, and goes away`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            bed.atEnd { _ = try? journey.flotilla("lab", "down") }
            _ = try journey.flotilla("init")
            let up = try journey.flotilla("lab", "up", "--nodes", "6")
            #expect(up.exitCode == 0, "\(up.errorText)")
            let all = try journey.flotilla("exec", "-o", "json", "lab", "hostname").json()
            #expect(all["summary"]["ok"] == 6, "\(all.text())")
            #expect(try journey.flotilla("lab", "fault", "pop-01", "refuse").exitCode == 0)
            let ill = try journey.flotilla("exec", "-o", "json", "lab", "hostname").json()
            #expect(ill["summary"]["ok"] == 5)
            #expect(try journey.flotilla("lab", "fault", "pop-01", "none").exitCode == 0)
            #expect(try journey.flotilla("exec", "pop-01", "hostname").text == "pop-01\n")
            #expect(try journey.flotilla("lab", "down").exitCode == 0)
            #expect(try journey.flotilla("list", "-o", "json").json() == [])
        }
    }
}
