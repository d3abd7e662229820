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

    @Test func `prints`() throws {
        for s in try ProbeRun.reading(ProbeFamily.all).samples { print(s.name, s.labels.map { "\($0.key)=\($0.value)" }, s.value) }
    }
}
