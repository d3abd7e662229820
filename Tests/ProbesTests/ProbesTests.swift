import FleetModel
import Testing

@testable import Probes

@Suite struct `The probe on this machine` {
    @Test(arguments: Shell.allCases)
    func `answers every request of a channel with one whole frame`(shell: Shell) throws {
        let frames = try ProbeRun.frames([[], ProbeFamily.all, [.filesystems], []], shell: shell)
        #expect(frames.count == 4)
        for frame in frames {
            let samples = ProbeReading.parse(frame).samples
            #expect(samples.contains { $0.name == "node_load1" })
            #expect(samples.contains { $0.name == "node_memory_MemTotal_bytes" && $0.value > 1e6 })
            #expect(samples.contains { $0.name == "node_cpu_seconds_total" && $0["mode"] == "idle" })
        }
    }

    @Test(arguments: Shell.allCases)
    func `ignores lines that are no requests`(shell: Shell) throws {
        let run = try Run.words(
            shell.words() + ["-c", ProbeScript.text],
            input: Array("\n; id\n$(touch /tmp/owned) x\n../a\na'b\n*\n".utf8)
        )
        #expect(run.status == 0)
        #expect(run.output == [])
    }

    @Test(arguments: ["mawk", "gawk", "original-awk", "busybox"])
    func `needs no awk in particular`(awk: String) throws {
        let farm = try Scratch()
        try farm.write(
            "#!/bin/sh\nexec \(Tool.path(awk))\(awk == "busybox" ? " awk" : "") \"$@\"\n",
            to: "awk",
            executable: true
        )
        let roots = ProbeScript.Roots(tools: farm.path + ":/usr/bin:/bin")
        let frames = try ProbeRun.frames([[], [.filesystems]], roots: roots)
        #expect(ProbeReading.parse(frames[1]).samples.contains { $0.name == "disk_usage_percent" })
    }

    // busybox ash brings an awk of its own.
    @Test(arguments: [Shell.dash, .bash])
    func `says so where there is no awk`(shell: Shell) throws {
        let run = try Run.words(shell.words() + ["-c", ProbeScript.text, "sh", "--path.tools=/nonexistent"])
        #expect(run.status == 127)
        #expect(run.errors.contains("needs awk"))
    }

    @Test func `shows the use of the root as df does`() throws {
        let samples = try ProbeRun.reading([.filesystems]).samples
        let use = try #require(samples.first { $0.name == "disk_usage_percent" })
        let shown = try Run.words(["df", "-P", "/"]).text.split(separator: "\n").last?.split(separator: " ")[4]
        #expect(abs(use.value - (Double(try #require(shown).dropLast()) ?? -9)) <= 1)
    }

    @Test(arguments: Shell.allCases)
    func `reads the clock of the node`(shell: Shell) throws {
        let before = Timestamp(milliseconds: Int64(try Run.words(["date", "+%s%3N"]).text.dropLast()) ?? 0)
        let clock = try #require(try ProbeRun.reading([], shell: shell).clock)
        let after = Timestamp(milliseconds: Int64(try Run.words(["date", "+%s%3N"]).text.dropLast()) ?? 0)
        let way = (after - before).seconds / 2 + 0.05
        #expect(abs(clock.offset(sent: before, arrived: after)) <= way)
    }
}
