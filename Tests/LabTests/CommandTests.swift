import FleetModel
import Foundation
import Testing

@testable import Lab

/// The system's `ssh` against the lab: what a real client sees.
@Suite(.serialized, .timeLimit(.minutes(15))) struct CommandTests {
    @Test func `streams and exit code come through`() async throws {
        try await LabBench.with { lab in
            let answer = try await lab.ssh("pop-01", "cat; echo problem >&2; exit 7", input: Data("to and fro".utf8))
            #expect(answer.text == "to and fro")
            #expect(answer.errors == "problem\n")
            #expect(answer.status == 7)
        }
    }

    @Test func `a command runs in its node's home with its node's name`() async throws {
        try await LabBench.with { lab in
            let answer = try await lab.ssh("pi-gps-02", "pwd; hostname; uname -m; echo $USER")
            #expect(answer.text == "\(lab.folder)/lab/nodes/pi-gps-02/home\npi-gps-02\naarch64\npi\n")
        }
    }

    @Test func `a shell without a command reads its commands from stdin`() async throws {
        try await LabBench.with { lab in
            let answer = try await lab.ssh("pop-01", nil, input: Data("hostname\nexit 4\n".utf8))
            #expect(answer.text == "pop-01\n")
            #expect(answer.status == 4)
        }
    }

    @Test func `twenty megabytes come through exactly, both ways at once`() async throws {
        try await LabBench.with { lab in
            var random = SeededRandom(seed: 5)
            let data = Data((0..<2_500_000).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } })
            let answer = try await lab.ssh("pop-01", "cat", input: data)
            #expect(answer.status == 0)
            #expect(answer.output == data)
        }
    }

    @Test func `a command that reads nothing does not hold up its client`() async throws {
        try await LabBench.with { lab in
            let answer = try await lab.ssh("pop-01", "exit 3", input: Data(count: 8_000_000))
            #expect(answer.status == 3)
        }
    }

    @Test func `death by signal is told as such`() async throws {
        try await LabBench.with { lab in
            let answer = try await lab.ssh("pop-01", "kill -TERM $$", options: ["-v", "-o", "LogLevel=DEBUG1"])
            #expect(answer.status == 255)
            #expect(answer.errors.contains("exit-signal"))
        }
    }

    @Test func `a command that closed its streams is waited for`() async throws {
        try await LabBench.with { lab in
            let answer = try await lab.ssh("pop-01", "exec <&- >&- 2>&-; sleep 0.5; exit 9")
            #expect(answer.status == 9)
        }
    }

    @Test func `fifty clients at once all get their own answer`() async throws {
        try await LabBench.with { lab in
            let answers = try await withThrowingTaskGroup(of: (Int, LabBench.Answer).self) { group in
                for number in 0..<50 {
                    let name = lab.plan.nodes[number % 4].name.text
                    group.addTask { (number, try await lab.ssh(name, "echo \(number)")) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1.text }
            }
            #expect(answers == Dictionary(uniqueKeysWithValues: (0..<50).map { ($0, "\($0)\n") }))
        }
    }

    @Test func `nothing of a lab is left when it has stopped`() async throws {
        let mark = "sleep 98.7\(Int.random(in: 100_000...999_999))"
        try await LabBench.with { lab in
            let answer = try await lab.ssh(
                "pop-01",
                "setsid \(mark) >/dev/null 2>&1 </dev/null & \(mark) >/dev/null 2>&1 </dev/null & echo on"
            )
            #expect(answer.text == "on\n")
            #expect(try await LabBench.run("/usr/bin/pgrep", ["-f", mark]).status == 0)
        }
        #expect(try await LabBench.isGone(mark))
    }
}
