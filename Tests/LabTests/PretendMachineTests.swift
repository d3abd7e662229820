import FleetModel
import Testing

@testable import Lab

@Suite struct PretendMachineTests {
    private static let start = Timestamp(milliseconds: 1_795_360_000_000)

    private static func machines() throws -> [PretendMachine] {
        try LabPlan(count: 12).nodes.map { PretendMachine(MachineBuild($0, seed: 3), at: start) }
    }

    @Test func `counters never fall, however unevenly time moves on`() throws {
        for var machine in try Self.machines() {
            var random = SeededRandom(seed: machine.build.seed)
            var before = machine
            for _ in 0..<200 {
                let step = Int64.random(in: -5000...400_000, using: &random)
                machine.advance(to: machine.moment + .milliseconds(step))
                #expect(machine.moment >= before.moment)
                for (old, new) in zip(before.ticks.joined(), machine.ticks.joined()) { #expect(new >= old) }
                #expect(machine.network.sentBytes >= before.network.sentBytes)
                #expect(machine.disk.writtenSectors >= before.disk.writtenSectors)
                #expect(machine.pressure.cpu >= before.pressure.cpu)
                #expect(machine.pulse.points >= before.pulse.points)
                #expect(machine.pulse.egressBytes >= before.pulse.egressBytes)
                before = machine
            }
        }
    }

    @Test func `the ticks of a core add up to the time that passed`() throws {
        for var machine in try Self.machines() {
            let before = machine.ticks.map { $0.reduce(0, +) }
            machine.advance(to: Self.start + .seconds(60))
            for (old, new) in zip(before, machine.ticks) { #expect(abs(new.reduce(0, +) - old - 6000) < 60) }
        }
    }

    @Test func `figures stay in the range of real machines`() throws {
        for var machine in try Self.machines() {
            for minute in 0..<1440 {
                machine.advance(to: Self.start + .seconds(60 * minute))
                #expect((0...1).contains(machine.level))
                #expect((0..<machine.build.memoryKiB).contains(machine.usedMemoryKiB))
                if let temperature = machine.temperature { #expect((35...85).contains(temperature)) }
                let root = try #require(machine.fileSystems(isFull: false).first)
                #expect(root.availableKiB > 0 && root.usedKiB + root.availableKiB <= root.totalKiB)
                #expect(machine.pulse.rank >= 1)
            }
        }
    }

    @Test func `a reboot starts anew under another boot id`() throws {
        for var machine in try Self.machines() {
            let old = machine
            machine.reboot(at: Self.start + .seconds(5))
            machine.advance(to: Self.start + .seconds(6))
            #expect(machine.bootID != old.bootID)
            #expect(machine.booted == Self.start + .seconds(5))
            #expect(machine.network.sentBytes < old.network.sentBytes)
            #expect(ProcFiles(machine: machine, clockOffset: .zero).moving[0].text.hasPrefix("1.00 "))
        }
    }

    @Test func `the same seed makes the same machine`() throws {
        let node = try #require(try LabPlan(count: 1).nodes.first)
        var one = PretendMachine(MachineBuild(node, seed: 3), at: Self.start)
        var two = PretendMachine(MachineBuild(node, seed: 3), at: Self.start)
        one.advance(to: Self.start + .seconds(100))
        two.advance(to: Self.start + .seconds(100))
        #expect(
            ProcFiles(machine: one, clockOffset: .zero).moving.map(\.text)
                == ProcFiles(machine: two, clockOffset: .zero).moving.map(\.text)
        )
    }

    @Test func `the clock fault moves the boot time with the clock`() throws {
        let machine = try #require(try Self.machines().first)
        func bootTime(_ offset: Duration) throws -> Int64 {
            let stat = try #require(ProcFiles(machine: machine, clockOffset: offset).moving.first { $0.path == "stat" })
                .text
            let line = try #require(stat.split(separator: "\n").first { $0.hasPrefix("btime ") })
            return try #require(Int64(line.dropFirst(6)))
        }
        #expect(try bootTime(.seconds(90)) - bootTime(.zero) == 90)
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (1.005, 1, "1.0"), (-0.0004, 3, "0.000"), (-1.25, 2, "-1.25"), (99.999, 2, "100.00"),
        (7.6, 0, "8"),
    ])
    func `a number is shown with its digits`(number: Double, digits: Int, text: String) {
        #expect(number.fixed(digits) == text)
    }
}
