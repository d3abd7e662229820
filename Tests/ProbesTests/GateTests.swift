import FleetModel
import Foundation
import Testing

@testable import Probes

@Suite struct `The gate` {
    /// Runs the installed gate as sshd would, in a home of its own.
    struct House {
        let home: Scratch
        let shell: Shell

        init(_ shell: Shell) throws {
            self.shell = shell
            home = try Scratch()
            try home.write(Gate.script, to: Gate.path, executable: true)
            try home.write("#!/bin/sh\necho pop \"$@\"\n", to: "tools/pop", executable: true)
        }

        func ask(_ verb: String?, input: [UInt8] = []) throws -> Run {
            var environment = ["HOME": home.path, "PATH": "/usr/bin:/bin"]
            environment["SSH_ORIGINAL_COMMAND"] = verb
            return try Run.words(
                shell.words() + [home.path + "/" + Gate.path],
                input: input,
                environment: environment,
                folder: home.path
            )
        }
    }

    static let hostile = [
        "id", "flotilla-probe; id", "flotilla-probe\nid", "flotilla-probe `id`", "flotilla-probe $(touch owned)",
        "flotilla-check disk; touch owned", "flotilla-check $(touch owned)", "flotilla-check `touch owned`",
        "flotilla-check disk\ntouch owned", "flotilla-check disk & touch owned", "flotilla-check *",
        "flotilla-check -n",
        "flotilla-check ../../bin/sh", "flotilla-check disk nosuch", "flotilla-check ", "flotilla-check",
        "flotilla-check " + String(repeating: "disk ", count: 100), "pop --status; touch owned", "pop --pulse", "pop",
        "pop --status ", " pop --status", "pop  --status", "pop --pulse --export json; id", "--", "-c id", "-", "*",
        "?",
        "~", "sh", "scp -t .", "/usr/lib/openssh/sftp-server", "internal-sftp", "\u{1B}[2Jflotilla-probe", "''", "\"",
        "$SSH_ORIGINAL_COMMAND", "FLOTILLA-PROBE", "flotilla-probe-streams", "eval touch owned", "exec sh", "",
        String(repeating: "a", count: 100_000), String(repeating: "$(touch owned)", count: 7000),
    ]

    @Test(arguments: Shell.allCases)
    func `refuses everything that it does not know with 126, one line and nothing done`(shell: Shell) throws {
        let house = try House(shell)
        for verb in Self.hostile {
            let run = try house.ask(verb)
            let shown = verb.prefix(60)
            #expect(run.status == 126, "\(shown)")
            #expect(run.output == [], "\(shown)")
            #expect(run.errors.hasPrefix("flotilla-gate: refused: "), "\(shown): \(run.errors)")
            #expect(run.errors.count { $0 == "\n" } == 1 && run.errors.utf8.count < 200, "\(shown)")
        }
        #expect(try house.ask(nil).status == 126)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: house.home.path).sorted() == [".flotilla", "tools"]
        )
    }

    @Test(arguments: Shell.allCases)
    func `lets the probe through, once and as a stream`(shell: Shell) throws {
        let house = try House(shell)
        let nonces = [ProbeRun.nonce(1), ProbeRun.nonce(2)]
        let input = nonces.flatMap { ProbeScript.request($0, [.filesystems]) }
        let stream = try house.ask(Gate.Verb.probeStream.rawValue, input: input)
        #expect(try ProbeRun.frames(in: stream.output, nonces).count == 2)
        let once = try house.ask(Gate.Verb.probe.rawValue, input: input)
        #expect(once.text.contains("probe end \(nonces[0].text)") && !once.text.contains(nonces[1].text))
        let facts = try ProbeRun.frames(in: try house.ask(Gate.Verb.facts.rawValue).output, [.facts])
        #expect(ProbeReading.parse(try #require(facts.first)).facts?.system == "Linux")
    }

    @Test(arguments: Shell.allCases)
    func `hands its two calls to pop and nothing more`(shell: Shell) throws {
        let house = try House(shell)
        #expect(try house.ask("pop --status").text == "pop --status\n")
        #expect(try house.ask("pop --pulse --export json").text == "pop --pulse --export json\n")
    }

    @Test(arguments: Shell.allCases)
    func `runs named checks, and the operate key gets the same answers`(shell: Shell) throws {
        let house = try House(shell)
        let verb = try #require(NodeCheck.verb([.disk, .httpHealth, .ntp]).word)
        let checks = NodeCheck.parse(try house.ask(verb).output)
        #expect(checks.map(\.name) == [.disk, .httpHealth, .ntp])
        #expect(checks.first?.verdict != .unknown)
        guard case .script(let text, let arguments) = NodeCheck.command([.disk]) else { throw Unexpected() }
        let direct = try Run.words(shell.words() + ["-c", text, "sh"] + arguments)
        #expect(NodeCheck.parse(direct.output).map(\.verdict) == [checks[0].verdict])
    }

    struct Unexpected: Error {}

    @Test(arguments: Shell.allCases)
    func `is installed in one step and then tells its version and digest`(shell: Shell) throws {
        guard case .script(let text, _) = Gate.installation else { throw Unexpected() }
        let home = try Scratch()
        let environment = ["HOME": home.path, "PATH": "/usr/bin:/bin"]
        for _ in 0..<2 {
            let run = try Run.words(
                shell.words() + ["-c", text],
                input: Array(Gate.script.utf8),
                environment: environment
            )
            #expect(try #require(Gate.Installed(run.output)).isCurrent)
        }
        let changed = try Run.words(
            shell.words() + ["-c", text],
            input: Array((Gate.script + "# changed\n").utf8),
            environment: environment
        )
        #expect(Gate.Installed(changed.output)?.isCurrent == false)
        let broken = try Run.words(shell.words() + ["-c", text], input: Array("if".utf8), environment: environment)
        #expect(broken.status == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/.flotilla") == ["gate"])
    }

    @Test func `has the digest that sha256sum finds`() throws {
        for size in [0, 1, 55, 56, 63, 64, 65, 1000] {
            let message = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            let run = try Run.words(["sha256sum"], input: message)
            #expect(run.text.hasPrefix(SHA256.hexadecimal(message) + " "))
        }
    }

    @Test func `travels below the limits of small servers`() {
        #expect(ProbeScript.text.utf8.count <= 8192)
        #expect(Gate.script.split(separator: "\n").prefix(2).last?.hasPrefix("# flotilla-gate \(Gate.version)") == true)
    }
}

extension Command {
    fileprivate var word: String? {
        if case .verb(let word) = self { word } else { nil }
    }
}
