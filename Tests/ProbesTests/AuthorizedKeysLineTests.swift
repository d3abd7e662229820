import FleetModel
import Testing

@testable import Probes

@Suite struct `Lines of authorized_keys` {
    static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB7h flotilla"

    @Test func `are the seed's, word for word`() {
        #expect(
            AuthorizedKeysLine.seed(publicKey: "ssh-rsa AAAAB3N...")
                == #"command="./tools/pop --status; ./tools/pop --pulse --export json",no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty ssh-rsa AAAAB3N..."#
        )
    }

    @Test func `restrict the operate key, and let a jump host forward`() {
        #expect(AuthorizedKeysLine.operate(publicKey: Self.key) == "restrict \(Self.key)")
        #expect(
            AuthorizedKeysLine.operate(publicKey: Self.key, isJumpHost: true) == "restrict,port-forwarding \(Self.key)"
        )
        #expect(
            AuthorizedKeysLine.operate(publicKey: Self.key, isJumpHost: true, dialect: .plain)
                == "no-X11-forwarding,no-agent-forwarding,no-pty \(Self.key)"
        )
    }

    @Test(arguments: Shell.allCases)
    func `of the collect key refuse by name while the gate is missing, and run it once it is there`(shell: Shell) throws
    {
        let home = try Scratch()
        let environment = [
            "HOME": home.path, "PATH": "/usr/bin:/bin", "SSH_ORIGINAL_COMMAND": Gate.Verb.version.rawValue,
        ]
        let line = AuthorizedKeysLine.collect(publicKey: Self.key)
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        #expect(parts.count == 3 && parts[0] == "restrict,command=" && parts[2] == " \(Self.key)")
        let words = try shell.words() + ["-c", String(parts[1])]
        let missing = try Run.words(words, environment: environment)
        let result = CommandResult(
            ending: .exited(missing.status),
            stderr: CapturedOutput(Array(missing.errors.utf8))
        )
        #expect(GateRefusal(result) == .notInstalled)
        try home.write(Gate.script, to: Gate.path)
        let present = try Run.words(words, environment: environment)
        #expect(try #require(Gate.Installed(present.output)).isCurrent)
    }

    @Test func `that refuse are told from commands that fail`() throws {
        func result(_ code: Int32, _ out: String, _ err: String) -> CommandResult {
            CommandResult(
                ending: .exited(code),
                stdout: CapturedOutput(Array(out.utf8)),
                stderr: CapturedOutput(Array(err.utf8))
            )
        }
        #expect(GateRefusal(result(126, "", "flotilla-gate: refused: this key only …\n")) == .refused)
        #expect(GateRefusal(result(1, "", "flotilla-gate: refused: x\n")) == nil)
        #expect(GateRefusal(result(126, "", "sh: 1: x: Permission denied\n")) == nil)
        #expect(GateRefusal(result(0, "hello\n", "")) == nil)
        let pulse = "Status: ok\n{\"status\":\"running\",\"points\":5}\n"
        guard case .seedLine(let found) = try #require(GateRefusal(result(0, pulse, ""))) else {
            Issue.record("no pulse")
            return
        }
        #expect(found.points == 5)
        #expect(GateRefusal(result(0, pulse, ""), isPulseExpected: true) == nil)
    }
}
