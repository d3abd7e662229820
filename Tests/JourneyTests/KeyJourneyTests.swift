import FleetModel
import FleetTesting
import Foundation
import Testing

/// Keys of a fleet on real servers: changed, taken away, listed; and killed in the middle.
@Suite(.timeLimit(.minutes(5)), .serialized) struct KeyJourneyTests {
    static let foreign = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOtherOtherOtherOtherOtherOtherOtherOthe someone@else"

    @Test func `a rotation that is killed again and again never locks anybody out and comes to its end`() async throws {
        try await TestBed.with { bed in
            let (journey, accounts) = try Self.fleet(bed)
            let before = try journey.authorizedKeys()
            var delay = 0.04
            var code: Int32 = 137
            // The machine may be slow, so each run is given a little longer than the one before.
            while code == 137 || code == 124, delay < 30 {
                code = try Self.rotate(journey, killedAfter: delay)
                delay *= 1.4
                let answer = try journey.flotilla("exec", "all", "true", "-o", "json")
                #expect(answer.exitCode == 0, "locked out after \(delay) s: \(answer.text)")
            }
            #expect(code == 0)
            let after = try journey.authorizedKeys()
            #expect(Set(before).isDisjoint(with: after))
            #expect(try journey.flotilla("test", "all", "-o", "json").exitCode == 0)
            #expect(try journey.flotilla("audit", "verify").exitCode == 0)
            for account in accounts {
                let text = try Scratch.text(account.home + "/.ssh/authorized_keys")
                #expect(text == ([Self.foreign] + after).joined(separator: "\n") + "\n")
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: journey.home + "/keys")
            #expect(!files.contains { $0.contains(".next") || $0.contains(".rotated") }, "\(files)")
        }
    }

    @Test func `a node that cannot be reached keeps the old key and is listed, and the next run ends it`() async throws
    {
        try await TestBed.with { bed in
            let (journey, _) = try Self.fleet(bed)
            let port = try journey.flotilla("list", "n2", "-o", "json").json()[0]["port"]
            _ = try journey.flotilla("update", "n2", "port", TestPort.free().description)
            let first = try journey.flotilla("keys", "rotate", "operate", "--yes", "-o", "json")
            #expect(first.exitCode == 1)
            let open = try first.json()["keys"]["operate"]
            #expect(open["finished"] == false && open["remaining"] == ["n2"], "\(open.text())")
            #expect(open["nodes"]["n1"]["state"] == "rotated" && open["nodes"]["n2"]["state"] == "failed")
            #expect(try journey.flotilla("exec", "n1", "true").exitCode == 0)
            _ = try journey.flotilla("update", "n2", "port", port.text())
            #expect(try journey.flotilla("exec", "n2", "true").exitCode == 0, "it knows the old key alone")
            let listed = try journey.flotilla("keys", "audit", "n1", "-o", "json").json()
            #expect(listed["nodes"]["n1"]["keys"][2]["state"] == "next", "\(listed.text())")
            let second = try journey.flotilla("keys", "rotate", "operate", "--yes", "-o", "json")
            #expect(second.exitCode == 0)
            let done = try second.json()["keys"]["operate"]
            #expect(done["finished"] == true && done["new"] == open["new"], "\(done.text())")
            #expect(try journey.flotilla("exec", "all", "true").exitCode == 0)
        }
    }

    @Test func `an audit tells ours from foreign, and a revoked key is gone while ours stays`() async throws {
        try await TestBed.with { bed in
            let (journey, accounts) = try Self.fleet(bed)
            let weak = try TestKey.generate(at: bed.path("weak"), type: "rsa")
            let file = accounts[0].home + "/.ssh/authorized_keys"
            try Scratch.write(Scratch.text(file) + "\(weak.publicLine)\nno key at all\n\(weak.publicLine)\n", to: file)
            try LocalCommand.output(["chown", accounts[0].user.text, file])
            let keys = try journey.flotilla("keys", "audit", "n1", "-o", "json").json()["nodes"]["n1"]["keys"]
            #expect(keys[0]["owner"] == "foreign" && keys[0]["flags"] == ["unrestricted"], "\(keys.text())")
            #expect(keys[1]["name"] == "collect" && keys[2]["name"] == "operate" && keys[2]["flags"] == [])
            #expect(keys[3]["fingerprint"].string == weak.hostKey.fingerprint && keys[3]["type"] == "ssh-rsa")
            #expect(keys[4]["flags"] == ["unreadable"])
            #expect(keys[5]["flags"] == ["duplicate", "unrestricted"])
            let print = weak.hostKey.fingerprint
            #expect(try journey.flotilla("keys", "revoke", print).exitCode == 2, "nobody can be asked here")
            let gone = try journey.flotilla("keys", "revoke", print, "-y", "-o", "json")
            #expect(gone.exitCode == 0)
            #expect(try gone.json()["nodes"]["n1"]["removed"] == [.string(print)])
            #expect(try !Scratch.text(file).contains("ssh-rsa"))
            #expect(try Scratch.text(file).contains("no key at all\n"))
            let ours = try journey.flotilla("keys", "revoke", "operate", "n1", "-y", "-o", "json")
            #expect(ours.exitCode == 1)
            #expect(try journey.flotilla("exec", "n1", "true").exitCode == 0)
            #expect(try journey.flotilla("keys", "revoke", "collect", "n1", "-y").exitCode == 0)
            #expect(try !Scratch.text(file).contains("command="))
        }
    }

    // MARK: the stage

    /// Two accounts with our lines: one behind OpenSSH, one behind dropbear.
    private static func fleet(_ bed: TestBed) throws -> (Journey, [TestAccount]) {
        let journey = Journey(bed)
        _ = try journey.flotilla("init")
        let keys = try [foreign] + journey.authorizedKeys()
        let accounts = try (0..<2).map { _ in try TestAccount.create(in: bed, authorizedKeys: keys) }
        var settings = RealSSHD.Settings()
        settings.extraLines = ["AuthorizedKeysFile .ssh/authorized_keys"]
        let ports = try [RealSSHD.start(in: bed, settings).port, Dropbear.start(in: bed).port]
        for (index, account) in accounts.enumerated() {
            let words = ["n\(index + 1)", "127.0.0.1", account.user.text, ports[index].description]
            _ = try journey.flotilla("register", words[0], words[1], words[2], words[3])
        }
        #expect(try journey.flotilla("exec", "all", "true").exitCode == 0)
        return (journey, accounts)
    }

    private static func rotate(_ journey: Journey, killedAfter seconds: Double) throws -> Int32 {
        let words = ["/usr/bin/timeout", "-s", "KILL", String(format: "%.3f", seconds)]
        let environment = ["FLOTILLA_HOME=\(journey.home)", "HOME=\(journey.bed.folder)", "PATH=/usr/bin:/bin"]
        return try LocalCommand.run(
            words + [Journey.binary(), "keys", "rotate", "--yes"],
            environment: environment
        ).exitCode
    }
}
