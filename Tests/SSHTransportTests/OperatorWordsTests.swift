import FleetModel
import Foundation
import Testing

@testable import SSHTransport

/// The guard against the bare shells: with it, a shell does and says what it does and says without it.
struct OperatorWordsTests {
    static let words = [
        "echo out; sh -c 'echo err >&2'", "exit 3", "exit 255", "false", "true",
        "", "kill -TERM $$", "/no/such/program",
        "echo 'it'\\''s' \"a  b\" \\\\", "echo a # and a comment", "# a comment alone", "exec echo direct",
        "echo \"unbalanced", "echo 'unbalanced", "echo )", "; echo a", "&& echo a", "| cat", "echo a &&",
        "echo a | tr a b && exit 5",
    ]

    /// What needs POSIX words.
    static let posixWords = [
        "echo one\necho two\nexit 4\n", "\necho second line", "cat <<E\nhere $((1 + 1)) it's\nE\necho after",
        "cat <<'E'\n$HOME\nE", "echo $LINENO\necho $LINENO", "for a in 1 2; do\n  echo $a # a comment\ndone",
        "x='a\nb'; echo \"$x\"", "echo one\necho \"unbalanced in the second line", "set -e; false; echo never",
        "trap 'echo trapped; exit 9' TERM; kill -TERM $$", "(exit 7)", "echo $?", "if", "case x in x) echo y;; esac",
        "f() { return 6; }; f", "echo \\\n joined", "& echo a", "kill -HUP $$",
    ]

    @Test(arguments: GuardTests.shells) func `words, codes and complaints are those of the shell alone`(shell: String)
        throws
    {
        let start = shell.split(separator: " ").map(String.init)
        let program = try #require(start.first)
        try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) is missing: run scripts/setup")
        let found = try shellLearned(by: start)
        let isPOSIX = try #require(found).readsPOSIX
        #expect(isPOSIX == !["/usr/bin/fish", "/usr/bin/csh"].contains(shell))
        for words in Self.words + (isPOSIX ? Self.posixWords : []) {
            let alone = try ended(start + ["-c", words])
            for learned in [nil, found] {
                let guarded = try guarded(words, start, learned)
                #expect(guarded.ended.status == alone.status, "\(shell), “\(words)”, \(String(describing: learned))")
                // fish shows with spaces where in its line it stumbled.
                let (said, expected) = (folded(guarded.ended.output), folded(alone.output))
                #expect(said == expected, "\(shell), “\(words)”, \(String(describing: learned))")
            }
        }
    }

    @Test(arguments: GuardTests.shells) func `the process that is named is the shell itself`(shell: String) throws {
        let start = shell.split(separator: " ").map(String.init)
        let pid = shell.hasSuffix("fish") ? "echo $fish_pid" : "echo $$"
        for learned in [nil, try shellLearned(by: start)] {
            let guarded = try guarded(pid, start, learned)
            #expect(guarded.leader.map { "\($0)\n" } == guarded.ended.output)
        }
    }

    @Test func `where nobody listens any more the words do not begin`() throws {
        let mark = FileManager.default.temporaryDirectory.appendingPathComponent("ran-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: mark) }
        for shell in [nil, LoginShell(name: "sh")] {
            let line = ShellEnvelope.line(for: .loginShell("echo > \(mark)"), nonce: Nonce.make(), shell: shell)
            // The reader is gone before the line is read.
            try run("/bin/bash", "-c", "exec 3> >(exec true); wait $!; /bin/sh -c \"$1\" 2>&3; true", "bash", line)
        }
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    private func shellLearned(by start: [String]) throws -> LoginShell? {
        try guarded("true", start, nil).shell
    }

    private func guarded(_ words: String, _ start: [String], _ learned: LoginShell?) throws -> Guarded {
        let nonce = Nonce.make()
        let line = ShellEnvelope.line(for: .loginShell(words), nonce: nonce, shell: learned)
        var ended = try ended(start + ["-c", line])
        var filter = GuardFilter(nonce: nonce, isElevated: false)
        filter.wasSent(after: ShellEnvelope.opening(nonce, learned))
        let events = filter.feed(Array(ended.output.utf8))
        ended.output = ""
        var found = Guarded(ended: ended)
        for case .output(let bytes) in events { found.ended.output += String(decoding: bytes, as: UTF8.self) }
        found.ended.output += String(decoding: filter.finish(), as: UTF8.self)
        for case .began(let pid, let shell) in events { (found.leader, found.shell) = (pid, shell) }
        return found
    }

    private struct Guarded {
        var ended: Ended
        var leader: Int32?
        var shell: LoginShell?
    }

    private struct Ended {
        var status: Int32 = 0
        var output: String
    }

    private func ended(_ words: [String]) throws -> Ended {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("out-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let pid = try spawn(words, output: file)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return try Ended(status: status, output: String(contentsOfFile: file, encoding: .utf8))
    }

    private func folded(_ text: String) -> String {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
    }
}
