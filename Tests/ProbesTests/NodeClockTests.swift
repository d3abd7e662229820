import FleetModel
import Testing

@testable import Probes

@Suite struct `The offset of a node's clock` {
    @Test(arguments: [0.0, 90, -90, 0.25])
    func `is free of the way and of the work`(ahead: Double) {
        // Sent at 1000.0, 0.1 s on the way, 0.3 s of work, 0.1 s back.
        let clock = NodeClock(received: 1000.1 + ahead, answered: 1000.4 + ahead, resolution: 0.01)
        let offset = clock.offset(sent: Timestamp(milliseconds: 1_000_000), arrived: Timestamp(milliseconds: 1_000_500))
        #expect(abs(offset - ahead) < 1e-6)
    }

    private func reading(_ text: String) -> NodeClock? {
        let nonce = ProbeRun.nonce()
        let body = text.split(separator: "\n").map {
            $0.hasPrefix("%") ? "%\(nonce.text) \($0.dropFirst())" : String($0)
        }
        return ProbeReading.parse(.init(nonce: nonce, body: Array((body.joined(separator: "\n") + "\n").utf8))).clock
    }

    @Test func `comes from a calibration and the uptime where the shell has no clock`() {
        let clock = reading("%clock\nnow 110.00\nwall 5000.50 100.00 100.00 4900\n%stat\nbtime 4900\n%done\n110.25 1.0")
        #expect(clock == NodeClock(received: 5010.5, answered: 5010.75, resolution: 0.01))
    }

    @Test func `follows a step of the clock since the calibration`() {
        let clock = reading("%clock\nnow 110.00\nwall 5000.50 100.00 100.00 4900\n%stat\nbtime 4990\n%done\n110.00 1.0")
        #expect(clock == NodeClock(received: 5100.5, answered: 5100.5, resolution: 1))
    }

    @Test func `comes from the shell where it has a clock`() {
        #expect(reading("%clock\nnow 1.00 7000.000001\nwall x y z 1")?.received == 7000.000001)
    }

    @Test func `is doubtful by half of the time in which the calibration was made`() {
        let clock = reading("%clock\nnow 110.00\nwall 5000.50 100.00 100.50 4900\n%stat\nbtime 4900")
        #expect(abs((clock?.resolution ?? 0) - 0.26) < 1e-9)
    }

    @Test func `is not made up`() {
        #expect(reading("%clock\nnow 110.00\nwall soon 1 1 1") == nil)
        #expect(reading("%loadavg\n1 2 3") == nil)
    }
}

@Suite struct `A node's slow figures` {
    private func reading(_ topics: [ProbeTopic: [Sample]]) -> ProbeReading {
        ProbeReading(topics: topics, facts: nil, clock: nil)
    }

    @Test func `are carried until they are renewed or too old`() {
        var memory = ProbeMemory()
        let load = Sample("node_load1", [], 1)
        let disk = Sample("disk_usage_percent", [], 50)
        let fuller = Sample("disk_usage_percent", [], 60)
        func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }
        #expect(memory.complete(reading([.fast: [load], .filesystems: [disk]]), at: at(0)) == [load, disk])
        #expect(memory.complete(reading([.fast: [load]]), at: at(140)) == [load, disk])
        #expect(memory.complete(reading([.fast: [load], .filesystems: [fuller]]), at: at(145)) == [load, fuller])
        #expect(memory.complete(reading([.fast: [load]]), at: at(300)) == [load])
    }

    @Test func `are asked for when their period is over`() {
        var agenda = ProbeAgenda(profile: .pipe, units: ["ssh.service"])
        func due(_ seconds: Int64) -> [ProbeFamily] { agenda.due(at: Timestamp(milliseconds: seconds * 1000)) }
        #expect(due(0) == ProbeFamily.all + [.unit("ssh.service"), .pulse])
        #expect(due(15) == [])
        #expect(due(60).contains(.filesystems) && !due(60).contains(.identity))
        agenda.reset()
        #expect(due(61).contains(.identity))
    }

    @Test(arguments: [
        ("ssh.service", true), ("a@b-1:2.timer", true), ("", false), ("-x", false), ("a b", false), ("$(id)", false),
    ])
    func `of units go by checked names only`(name: String, isSound: Bool) {
        #expect((ProbeFamily.unit(name).word != nil) == isSound)
    }
}
