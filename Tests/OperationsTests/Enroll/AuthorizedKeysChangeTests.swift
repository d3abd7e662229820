import FleetModel
import FleetTesting
import Testing

@testable import Operations

/// The file that lets people in, while a key is changed, on every kind of shell.
@Suite struct AuthorizedKeysChangeTests {
    typealias Change = AuthorizedKeysChange

    static let old = key("AAAAold")
    static let new = key("AAAAnew")
    static let other = "from=\"10.0.0.0/8\",command=\"echo AAAA\" ssh-rsa AAAAother a\\b\t'q\" $x"
    static let line = "restrict,command=\"exec sh -c 'x y'\" ssh-ed25519 AAAAold flotilla\t"

    static let cases: [(change: Change, before: String?, after: String?, answer: Change.Answer)] = [
        (.add(new, beside: old), nil, nil, .absent),
        (.add(new, beside: old), other, other, .absent),
        (.add(new, beside: old), "# ssh-ed25519 AAAAold x\n", "# ssh-ed25519 AAAAold x\n", .absent),
        (
            .add(new, beside: old), "\(line)\n\(other)",
            "\(line)\n\(line.replacing("AAAAold", with: "AAAAnew"))\n\(other)\n", .added
        ),
        (.add(new, beside: old), "ssh-ed25519 AAAAold", "ssh-ed25519 AAAAold\nssh-ed25519 AAAAnew\n", .added),
        (.add(new, beside: old), "ssh-ed25519 AAAAolder\n", "ssh-ed25519 AAAAolder\n", .absent),
        (.add(new, beside: old), "ssh-ed25519 AAAAnew\n", "ssh-ed25519 AAAAnew\n", .newOnly),
        (
            .add(new, beside: old), "ssh-ed25519 AAAAnew\nssh-ed25519 AAAAold\n",
            "ssh-ed25519 AAAAnew\nssh-ed25519 AAAAold\n", .both
        ),
        (
            .drop(blob: "AAAAold", keeping: "AAAAnew"), "\(line)\n\(other)\nssh-ed25519 AAAAnew\n",
            "\(other)\nssh-ed25519 AAAAnew\n", .dropped
        ),
        (
            .drop(blob: "AAAAold", keeping: "AAAAnew"), "\(line)\n#ssh-ed25519 AAAAnew\n",
            "\(line)\n#ssh-ed25519 AAAAnew\n", .unguarded
        ),
        (.drop(blob: "AAAAold", keeping: nil), "\(line)\n", "", .dropped),
        (.drop(blob: "AAAAold", keeping: nil), "\(other)\n", "\(other)\n", .absent),
        (
            .drop(blob: "AAAAold", keeping: nil), "ssh-ed25519 AAAAold x\r\nssh-rsa AAAAb\r\n", "ssh-rsa AAAAb\r\n",
            .dropped
        ),
    ]

    @Test(arguments: AuthorizedKeysTests.shells)
    func `only the lines of the key change, mode and owner stay`(shell: [String]) async throws {
        for (index, (change, before, after, answer)) in Self.cases.enumerated() {
            let mode: UInt16 = [0o600, 0o640, 0o400][index % 3]
            try await TestBed.with { bed in
                let file = bed.path(".ssh/authorized_keys")
                try Scratch.folder(bed.path(".ssh"))
                if let before {
                    try Scratch.write(before, to: file, mode: mode)
                    try LocalCommand.output(["chown", "1234:2345", file])
                }
                let facts = before == nil ? "" : try LocalCommand.output(["stat", "-c", "%a %u %g", file])
                #expect(try await run(change, shell, bed) == answer)
                guard let after else { return #expect(!Scratch.exists(file)) }
                #expect(try Scratch.text(file) == after)
                #expect(try LocalCommand.output(["stat", "-c", "%a %u %g", file]) == facts)
                #expect(try LocalCommand.output(["ls", "-A", bed.path(".ssh")]) == "authorized_keys\n")
            }
        }
    }

    @Test(arguments: AuthorizedKeysTests.shells)
    func `a full disk leaves the file as it was and is named`(shell: [String]) async throws {
        try await TestBed.with { bed in
            let folder = bed.path(".ssh")
            try Scratch.folder(folder)
            try LocalCommand.output(["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "tmpfs", folder])
            bed.atEnd { _ = try? LocalCommand.run(["umount", folder]) }
            try Scratch.write(Self.line + "\n", to: folder + "/authorized_keys")
            _ = try LocalCommand.run(["dd", "if=/dev/zero", "of=" + folder + "/filler", "bs=4096", "count=9"])
            #expect(try await run(.add(Self.new, beside: Self.old), shell, bed) == .diskFull)
            #expect(try Scratch.text(folder + "/authorized_keys") == Self.line + "\n")
            #expect(try LocalCommand.output(["ls", "-A", folder]) == "authorized_keys\nfiller\n")
        }
    }

    private func run(_ change: Change, _ shell: [String], _ bed: TestBed) async throws -> Change.Answer {
        let local = LocalShell(shell, environment: ["HOME=" + bed.folder])
        let node = try Destination(
            node: NodeName("n1"),
            host: HostAddress("127.0.0.1"),
            user: UserName("me"),
            credentials: []
        )
        let result = await local.run(RemoteJob(change.command(nonce: "n0")), on: node)
        return Change.answer(result, nonce: "n0")
    }

    private static func key(_ blob: String) -> FleetKey {
        FleetKey(purpose: .operate, path: "k", publicLine: "ssh-ed25519 \(blob) flotilla", fingerprint: "SHA256:k")
    }
}
