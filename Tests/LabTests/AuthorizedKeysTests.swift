import Testing

@testable import Lab

@Suite struct AuthorizedKeysTests {
    struct Case: Sendable {
        let line: String
        let key: String?
        var command: String?
    }

    @Test(arguments: [
        Case(line: "ssh-ed25519 AAAA me@here", key: "AAAA"),
        Case(line: "  ssh-ed25519   AAAA", key: "AAAA"),
        Case(line: "# ssh-ed25519 AAAA", key: nil),
        Case(line: "", key: nil),
        Case(line: "ssh-ed25519", key: nil),
        Case(line: "restrict ecdsa-sha2-nistp256 BBBB", key: "BBBB"),
        Case(line: "restrict,command=\"echo hi, you\" ssh-ed25519 AAAA c", key: "AAAA", command: "echo hi, you"),
        Case(
            line:
                #"command="./tools/pop --status; ./tools/pop --pulse --export json",no-pty,no-X11-forwarding ssh-rsa CCCC"#,
            key: "CCCC",
            command: "./tools/pop --status; ./tools/pop --pulse --export json"
        ),
        Case(line: #"command="printf \"%s\\n\" x" ssh-ed25519 AAAA"#, key: "AAAA", command: #"printf "%s\\n" x"#),
        Case(line: "made-up-option ssh-ed25519 AAAA", key: nil),
        Case(line: "command=\"unfinished ssh-ed25519 AAAA", key: nil),
    ])
    func `a line means what it means to sshd`(example: Case) {
        let lines = AuthorizedKey.lines(in: example.line + "\n")
        #expect(lines.first?.key == example.key)
        #expect(lines.first?.command == example.command)
    }
}
