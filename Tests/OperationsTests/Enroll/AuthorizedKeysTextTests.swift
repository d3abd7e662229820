import FleetModel
import FleetTesting
import Testing

@testable import Operations

/// `authorized_keys` as sshd reads it; ssh-keygen is the oracle for keys.
@Suite struct AuthorizedKeysTextTests {
    @Test(arguments: ["ed25519", "rsa", "ecdsa"])
    func `type, bits and fingerprint are those of ssh-keygen`(type: String) async throws {
        try await TestBed.with { bed in
            let key = try TestKey.generate(at: bed.path("k"), type: type)
            let shown = try LocalCommand.output(["ssh-keygen", "-l", "-f", key.path + ".pub"])
            let words = shown.split(separator: " ")
            let line = try #require(AuthorizedKeysText.lines("\n# no\n \t\(key.publicLine)\r\n").first)
            #expect(line.line == 3)
            #expect(line.bits == Int(words[0]) && line.fingerprint == String(words[1]))
            #expect(line.comment == "test" && line.options.isEmpty)
            #expect(line.flags(after: []) == [.unrestricted])
            #expect(line.flags(after: [line.blob]) == [.unrestricted, .duplicate])
            let options = #"from="10.0.0.0/8,::1",command="echo \"a b\", c",no-pty"#
            let limited = try #require(AuthorizedKeysText.lines("\(options) \(key.publicLine)").first)
            #expect(limited.options == [#"from="10.0.0.0/8,::1""#, #"command="echo \"a b\", c""#, "no-pty"])
            #expect(limited.fingerprint == line.fingerprint && limited.flags(after: []).isEmpty)
        }
    }

    static let weak = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQDAAAAAAAAAAQ== old"

    @Test func `short keys are weak, authorities are named, and what is no key is said to be none`() throws {
        let text =
            "\(Self.weak)\ncert-authority \(Self.weak)\nssh-rsa\nssh-rsa !!!! x\nrestrict ssh-ed25519 AAAA y\n\"\n"
        let lines = AuthorizedKeysText.lines(text)
        #expect(
            lines.map { $0.flags(after: []) }.map { $0.map(\.rawValue).sorted() } == [
                ["unrestricted", "weak"], ["authority", "unrestricted", "weak"], ["unreadable"], ["unreadable"],
                ["unreadable"], ["unreadable"],
            ]
        )
        #expect(lines[0].bits == 64)
    }

    @Test func `bytes that make no sense are no key and no crash`() {
        for length in 0..<64 {
            let blob = String(repeating: "AAAA", count: length % 7) + String(repeating: "/", count: length)
            #expect(AuthorizedKeysText.lines("ssh-rsa \(blob) x").allSatisfy { $0.type == nil })
        }
    }
}
