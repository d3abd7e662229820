import FleetModel
import Foundation
import Testing

@testable import Lab

@Suite(.serialized, .timeLimit(.minutes(15))) struct LoginTests {
    @Test func `another user and another key are refused`() async throws {
        try await LabBench.with { lab in
            #expect(try await lab.ssh("pop-01", "true", user: "root").errors.contains("Permission denied"))
            try "".write(toFile: Self.keys(lab), atomically: true, encoding: .utf8)
            #expect(try await lab.ssh("pop-01", "true").errors.contains("Permission denied"))
            #expect(try await lab.ssh("pop-02", "true").status == 0)
        }
    }

    @Test func `a forced command runs whatever is asked, and learns what that was`() async throws {
        try await LabBench.with { lab in
            let line = "restrict,command=\"echo forced: $SSH_ORIGINAL_COMMAND\" \(lab.publicKey)\n"
            try line.write(toFile: Self.keys(lab), atomically: true, encoding: .utf8)
            #expect(try await lab.ssh("pop-01", "rm -rf /nowhere").text == "forced: rm -rf /nowhere\n")
        }
    }

    @Test func `the seed's forced command answers with status and pulse`() async throws {
        try await LabBench.with { lab in
            let line =
                #"command="./tools/pop --status; ./tools/pop --pulse --export json",no-pty "# + lab.publicKey + "\n"
            try line.write(toFile: Self.keys(lab), atomically: true, encoding: .utf8)
            let text = try await lab.ssh("pop-01", "anything").text
            #expect(text.hasPrefix("PIPE NETWORK NODE STATUS\n"))
            let json = try #require(text.split(separator: "\n").last)
            let pulse = try #require(try JSONReading.parse(String(json)).object)
            #expect(pulse["status"] == "running")
            #expect(pulse["node_id"] == "pop-01")
            #expect(pulse["egress"]?.string?.hasSuffix("B") == true)
        }
    }

    @Test func `the password of the lab logs in where a key does not, and no other does`() async throws {
        try await LabBench.with { lab in
            let right = try await Self.byPassword(LabBench.password, lab)
            #expect(right.text == "in\n", "\(right.errors)")
            #expect(try await Self.byPassword("guess", lab).errors.contains("Permission denied"))
        }
    }

    @Test func `a lab that comes up again shows the host keys it had, and keeps enrolled keys`() async throws {
        let folder = NSTemporaryDirectory() + "flotilla-lab-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var keys: [[HostKey]] = []
        for round in 0..<2 {
            try await LabBench.with(folder: folder) { lab in
                keys.append(try LabManifest.read(from: LabFolder(folder + "/lab")).nodes.map(\.hostKey))
                if round == 0 {
                    #expect(try await lab.ssh("pop-01", "echo '# mine' >>~/.ssh/authorized_keys").status == 0)
                } else {
                    #expect(try await lab.ssh("pop-01", "grep -c mine ~/.ssh/authorized_keys").text == "1\n")
                }
            }
        }
        #expect(keys[0] == keys[1])
        #expect(Set(keys[0]).count == 4)
    }

    @Test func `the manifest names the key that a client sees`() async throws {
        try await LabBench.with { lab in
            let manifest = try LabManifest.read(from: LabFolder(lab.folder + "/lab"))
            let entry = try #require(manifest.nodes.first)
            let scan = try await LabBench.run(
                "/usr/bin/ssh-keyscan",
                ["-T", "10", "-t", "ed25519", "-p", "\(entry.node.port)", entry.node.host.text]
            )
            #expect(scan.text.contains(entry.hostKey.base64))
            #expect(manifest.nodes.map(\.node) == lab.plan.nodes)
        }
    }

    private static func keys(_ lab: LabBench) -> String { lab.folder + "/lab/nodes/pop-01/home/.ssh/authorized_keys" }

    private static func byPassword(_ password: String, _ lab: LabBench) async throws -> LabBench.Answer {
        let asker = lab.folder + "/askpass"
        try "#!/bin/sh\necho '\(password)'\n".write(toFile: asker, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: asker)
        let node = try lab.node("pop-01")
        return try await LabBench.run(
            "/usr/bin/timeout",
            [
                "-s", "KILL", "120", "env", "SSH_ASKPASS=\(asker)", "SSH_ASKPASS_REQUIRE=force", "ssh", "-F", "none",
                "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1", "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-p", "\(node.port)",
                "\(node.user)@\(node.host)", "echo in",
            ]
        )
    }
}
