import FleetModel
import FleetTesting
import Probes
import Testing

@testable import Operations

/// The file that lets people in, written by the script on every kind of shell.
@Suite struct AuthorizedKeysTests {
    static let shells = [["/bin/dash"], ["/bin/bash"], ["/bin/busybox", "sh"]]
    static let keys = KeyRing(
        collect: FleetKey(
            purpose: .collect,
            path: "c",
            publicLine: "ssh-ed25519 AAAAcollect flotilla",
            fingerprint: "SHA256:c"
        ),
        operate: FleetKey(
            purpose: .operate,
            path: "o",
            publicLine: "ssh-ed25519 AAAAoperate flotilla",
            fingerprint: "SHA256:o"
        )
    )
    static let collect = AuthorizedKeysLine.collect(publicKey: keys.collect.publicLine)
    static let operate = AuthorizedKeysLine.operate(publicKey: keys.operate.publicLine)

    static let files: [(before: String?, after: String)] = [
        (nil, "\(collect)\n\(operate)\n"),
        ("", "\(collect)\n\(operate)\n"),
        ("ssh-rsa AAAAother me", "ssh-rsa AAAAother me\n\(collect)\n\(operate)\n"),
        (
            "ssh-ed25519 AAAAoperate old\nssh-rsa AAAAother a\\b\t'q\" $x\n",
            "\(operate)\nssh-rsa AAAAother a\\b\t'q\" $x\n\(collect)\n"
        ),
        ("a\nssh-ed25519 AAAAcollect x\n\n  \nssh-ed25519 AAAAcollect y\n", "a\n\(collect)\n\n  \n\(operate)\n"),
        (
            " # ssh-ed25519 AAAAcollect off\n#AAAAoperate\n",
            " # ssh-ed25519 AAAAcollect off\n#AAAAoperate\n\(collect)\n\(operate)\n"
        ),
        ("-n\n-e x\\n\n", "-n\n-e x\\n\n\(collect)\n\(operate)\n"),
    ]

    @Test(arguments: shells)
    func `ours are replaced and never doubled, others stay byte for byte`(shell: [String]) async throws {
        for (before, after) in Self.files {
            try await TestBed.with { bed in
                let file = bed.path(".ssh/authorized_keys")
                if let before {
                    try Scratch.folder(bed.path(".ssh"), mode: 0o755)
                    try Scratch.write(before, to: file, mode: 0o644)
                }
                #expect(try await install(shell, bed) == .done(isNew: true))
                #expect(try Scratch.text(file) == after)
                #expect(try await install(shell, bed) == .done(isNew: false))
                #expect(try Scratch.text(file) == after)
                #expect(try LocalCommand.output(["stat", "-c", "%a", bed.path(".ssh"), file]) == "700\n600\n")
                #expect(try LocalCommand.output(["ls", "-A", bed.path(".ssh")]) == "authorized_keys\n")
            }
        }
    }

    @Test(arguments: shells)
    func `a full disk leaves the file as it was and is named`(shell: [String]) async throws {
        try await TestBed.with { bed in
            let folder = bed.path(".ssh")
            try Scratch.folder(folder)
            try LocalCommand.output(["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "tmpfs", folder])
            bed.atEnd { _ = try? LocalCommand.run(["umount", folder]) }
            try Scratch.write("ssh-rsa AAAAother me\n", to: folder + "/authorized_keys")
            _ = try LocalCommand.run(["dd", "if=/dev/zero", "of=" + folder + "/filler", "bs=4096", "count=9"])
            #expect(try await install(shell, bed) == .diskFull)
            #expect(try Scratch.text(folder + "/authorized_keys") == "ssh-rsa AAAAother me\n")
            #expect(try LocalCommand.output(["ls", "-A", folder]) == "authorized_keys\nfiller\n")
        }
    }

    @Test func `a link stays a link`() async throws {
        try await TestBed.with { bed in
            try Scratch.folder(bed.path(".ssh"))
            try Scratch.write("a\n", to: bed.path("elsewhere"))
            try LocalCommand.output(["ln", "-s", "../elsewhere", bed.path(".ssh/authorized_keys")])
            #expect(try await install(["/bin/dash"], bed) == .done(isNew: true))
            #expect(try Scratch.text(bed.path("elsewhere")) == "a\n\(Self.collect)\n\(Self.operate)\n")
            #expect(try LocalCommand.output(["readlink", bed.path(".ssh/authorized_keys")]) == "../elsewhere\n")
        }
    }

    private func install(_ shell: [String], _ bed: TestBed) async throws -> AuthorizedKeysInstallation.Answer {
        let installation = AuthorizedKeysInstallation(keys: Self.keys, isJumpHost: false, dialect: .restrict)
        let local = LocalShell(shell, environment: ["HOME=" + bed.folder])
        let node = try Destination(
            node: NodeName("n1"),
            host: HostAddress("127.0.0.1"),
            user: UserName("me"),
            credentials: []
        )
        let result = await local.run(RemoteJob(installation.command(nonce: "n0")), on: node)
        return AuthorizedKeysInstallation.answer(result, nonce: "n0")
    }
}
