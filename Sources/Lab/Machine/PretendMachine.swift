import FleetModel
import Glibc

/// The figures of a pretend machine. `advance` moves them on; counters only ever grow, until a reboot.
struct PretendMachine {
    let build: MachineBuild
    let activity: Activity
    private(set) var moment: Timestamp
    private(set) var booted: Timestamp
    private(set) var bootID = ""
    /// Clock ticks (1/100 s) of each core: user, nice, system, idle, iowait, irq, softirq, steal.
    private(set) var ticks: [[Double]]
    private(set) var switches = 0.0
    private(set) var interrupts = 0.0
    private(set) var forks = 0.0
    private(set) var disk = DiskCounters()
    private(set) var network = NetworkCounters()
    /// Seconds that something waited: CPU, disk, memory.
    private(set) var pressure = (cpu: 0.0, io: 0.0, memory: 0.0)
    private(set) var load = (0.0, 0.0, 0.0)
    /// 0...1, the last level of activity.
    private(set) var level = 0.0

    struct DiskCounters {
        var reads = 0.0
        var readSectors = 0.0
        var writes = 0.0
        var writtenSectors = 0.0
        var busyMilliseconds = 0.0
    }

    struct NetworkCounters {
        var receivedBytes = 0.0
        var receivedPackets = 0.0
        var sentBytes = 0.0
        var sentPackets = 0.0
    }

    /// A machine that has been running for some days.
    init(_ build: MachineBuild, at now: Timestamp) {
        self.build = build
        self.activity = Activity(seed: build.seed)
        let age = Duration.seconds(86_400 * (1 + 60 * activity.unit(5)))
        self.moment = now
        self.booted = Timestamp(milliseconds: now.milliseconds - age.milliseconds)
        self.ticks = Array(repeating: Array(repeating: 0, count: 8), count: build.cores)
        bootID = Self.bootID(build.seed, booted)
        level = activity.level(at: now)
        let average = 0.2
        let running = average * Double(build.cores)
        load = (running, running, running)
        count(seconds: age.seconds, at: average)
    }

    /// Moves the figures on to a moment; an earlier one changes nothing. The cost does not grow with the distance.
    mutating func advance(to now: Timestamp) {
        let distance = (now - moment).seconds
        guard distance > 0 else { return }
        let steps = max(1, min(20, Int(distance / 15)))
        let step = distance / Double(steps)
        for index in 1...steps {
            level = activity.level(at: moment + .milliseconds(Int64(step * 1000 * Double(index))))
            count(seconds: step, at: level)
            smoothLoad(seconds: step)
        }
        moment = now
    }

    /// Everything starts from nothing, under a new boot id.
    mutating func reboot(at now: Timestamp) {
        moment = now
        booted = now
        bootID = Self.bootID(build.seed, now)
        ticks = Array(repeating: Array(repeating: 0, count: 8), count: build.cores)
        (switches, interrupts, forks) = (0, 0, 0)
        disk = DiskCounters()
        network = NetworkCounters()
        pressure = (0, 0, 0)
        load = (0, 0, 0)
    }

    private mutating func count(seconds: Double, at level: Double) {
        for core in ticks.indices {
            let share = min(0.99, level * (0.7 + 0.6 * activity.unit(UInt64(core) + 40)))
            let split = [
                0.62 * share, 0.01 * share, 0.27 * share, 1 - share, 0.06 * share, 0, 0.03 * share, 0.01 * share,
            ]
            for (mode, part) in split.enumerated() { ticks[core][mode] += part * seconds * 100 }
        }
        let busy = level * Double(build.cores)
        switches += seconds * (300 + 2600 * busy)
        interrupts += seconds * (250 + 1800 * busy)
        forks += seconds * (0.4 + 3 * level)
        countTraffic(seconds: seconds, at: level)
        let excess = max(0, level - 0.5)
        pressure.cpu += seconds * (0.004 * level + 0.5 * excess)
        pressure.io += seconds * 0.01 * level
        pressure.memory += seconds * 0.0004 * level
    }

    private mutating func countTraffic(seconds: Double, at level: Double) {
        let isPipe = build.profile == .pipe
        // A Pipe node serves files all day; a time server answers small datagrams.
        let sent = seconds * level * (isPipe ? 60e6 : 12e3)
        network.sentBytes += sent
        network.sentPackets += sent / (isPipe ? 1300 : 90)
        network.receivedBytes += sent * (isPipe ? 0.18 : 0.97)
        network.receivedPackets += sent / (isPipe ? 3100 : 92)
        disk.reads += seconds * level * (isPipe ? 160 : 0.6)
        disk.readSectors += seconds * level * (isPipe ? 40_000 : 30)
        disk.writes += seconds * (0.5 + level * (isPipe ? 45 : 2))
        disk.writtenSectors += seconds * (8 + level * (isPipe ? 9_000 : 60))
        disk.busyMilliseconds += seconds * 1000 * min(0.9, level * (isPipe ? 0.35 : 0.04))
    }

    private mutating func smoothLoad(seconds: Double) {
        let running = level * Double(build.cores) * 1.1
        func smoothed(_ old: Double, over minutes: Double) -> Double {
            running + (old - running) * exp(-seconds / (60 * minutes))
        }
        load = (smoothed(load.0, over: 1), smoothed(load.1, over: 5), smoothed(load.2, over: 15))
    }

    private static func bootID(_ seed: UInt64, _ booted: Timestamp) -> String {
        let high = SeededRandom.mixed(seed ^ UInt64(bitPattern: booted.milliseconds))
        let digits = [high, SeededRandom.mixed(high)].map { word -> String in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var id = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { id.append("-") }
            // A random UUID says so: version 4, variant 8.
            id.append(index == 12 ? "4" : index == 16 ? "8" : digit)
        }
        return id
    }
}
