import FleetModel

/// The text of a machine's `/proc` and `/sys`, as a Linux kernel writes it.
struct ProcFiles {
    let machine: PretendMachine
    /// How far the node's clock is ahead.
    let clockOffset: Duration

    /// The files that move, by path below `proc`.
    var moving: [(path: String, text: String)] {
        [
            ("uptime", uptime), ("stat", stat), ("loadavg", loadavg), ("meminfo", meminfo), ("diskstats", diskstats),
            ("net/dev", netDev), ("pressure/cpu", pressure(machine.pressure.cpu, hasFull: false)),
            ("pressure/io", pressure(machine.pressure.io, hasFull: true)),
            ("pressure/memory", pressure(machine.pressure.memory, hasFull: true)),
            ("sys/fs/file-nr", "\(1800 + Int(900 * machine.level))\t0\t9223372036854775807\n"),
        ]
    }

    /// The files that stay until a reboot, by path below `proc`.
    var steady: [(path: String, text: String)] {
        let build = machine.build
        return [
            ("sys/kernel/random/boot_id", machine.bootID + "\n"), ("sys/kernel/ostype", "Linux\n"),
            ("sys/kernel/osrelease", build.kernel + "\n"), ("sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC\n"),
            ("sys/kernel/hostname", build.hostname + "\n"), ("sys/kernel/domainname", "(none)\n"),
            ("device-tree/model", build.model), ("cpuinfo", cpuinfo), ("mounts", mounts), ("self/mounts", mounts),
            ("version", "Linux version \(build.kernel) (build@lab) #1 SMP PREEMPT_DYNAMIC\n"),
        ]
    }

    private var upSeconds: Double { (machine.moment - machine.booted).seconds }

    private var uptime: String {
        let idle = machine.ticks.reduce(0) { $0 + $1[3] } / 100
        return "\(upSeconds.fixed(2)) \(idle.fixed(2))\n"
    }

    private var stat: String {
        var text =
            "cpu  "
            + line(
                machine.ticks.reduce(into: [Double](repeating: 0, count: 8)) { sum, core in
                    for mode in 0..<8 { sum[mode] += core[mode].rounded(.down) }
                }
            )
        for (core, ticks) in machine.ticks.enumerated() { text += "cpu\(core) " + line(ticks) }
        let boot = (machine.booted + clockOffset).milliseconds / 1000
        let running = 1 + Int(machine.level * Double(machine.build.cores))
        text += "intr \(machine.interrupts.whole) 0 0\nctxt \(machine.switches.whole)\nbtime \(boot)\n"
        text += "processes \((machine.forks + 400).whole)\nprocs_running \(running)\nprocs_blocked 0\n"
        return text + "softirq \((machine.interrupts / 2).whole) 0 0 0 0 0 0 0 0 0 0\n"
    }

    private func line(_ ticks: [Double]) -> String {
        ticks.map(\.whole).joined(separator: " ") + " 0 0\n"
    }

    private var loadavg: String {
        let load = machine.load
        let processes = "\(1 + Int(machine.level * 4))/\(140 + machine.build.cores * 12)"
        return
            "\(load.0.fixed(2)) \(load.1.fixed(2)) \(load.2.fixed(2)) \(processes) \(1000 + Int(machine.forks) % 30_000)\n"
    }

    private var meminfo: String {
        let total = machine.build.memoryKiB
        let used = machine.usedMemoryKiB
        let cached = Int64(Double(total) * 0.31)
        let buffers = total / 40
        let free = max(total / 50, total - used - cached - buffers)
        let swap: Int64 = machine.build.profile == .time ? 204_796 : 0
        let figures: [(String, Int64)] = [
            ("MemTotal", total), ("MemFree", free), ("MemAvailable", total - used), ("Buffers", buffers),
            ("Cached", cached), ("SwapCached", 0), ("Active", used), ("Inactive", cached), ("SwapTotal", swap),
            ("SwapFree", swap), ("Dirty", 84), ("Writeback", 0), ("AnonPages", used * 3 / 4), ("Mapped", used / 5),
            ("Shmem", 12_480), ("Slab", total / 30), ("SReclaimable", total / 48), ("SUnreclaim", total / 80),
            ("PageTables", total / 500), ("CommitLimit", total / 2 + swap), ("Committed_AS", used),
        ]
        return figures.map { name, kibibytes in
            let digits = String(kibibytes)
            let gap = max(1, 23 - name.utf8.count - digits.utf8.count)
            return "\(name):\(String(repeating: " ", count: gap))\(digits) kB\n"
        }.joined()
    }

    private var diskstats: String {
        let disk = machine.disk
        let name = machine.build.disk
        let (major, part) = name == "vda" ? (253, "1") : (179, "p2")
        let figures =
            "\(disk.reads.whole) 0 \(disk.readSectors.whole) \((disk.busyMilliseconds * 0.6).whole) "
            + "\(disk.writes.whole) 0 \(disk.writtenSectors.whole) \((disk.busyMilliseconds * 0.7).whole) 0 "
            + "\(disk.busyMilliseconds.whole) \((disk.busyMilliseconds * 1.3).whole) 0 0 0 0 0 0\n"
        return " \(major)       0 \(name) \(figures) \(major)       2 \(name)\(part) \(figures)"
    }

    private var netDev: String {
        let net = machine.network
        let local = "\((upSeconds * 90).whole) \((upSeconds * 0.8).whole) 0 0 0 0 0 0"
        return "Inter-|   Receive                                                |  Transmit\n"
            + " face |bytes    packets errs drop fifo frame compressed multicast"
            + "|bytes    packets errs drop fifo colls carrier compressed\n"
            + "    lo: \(local) \(local)\n"
            + "  eth0: \(net.receivedBytes.whole) \(net.receivedPackets.whole) 0 0 0 0 0 0 "
            + "\(net.sentBytes.whole) \(net.sentPackets.whole) 0 0 0 0 0 0\n"
    }

    private func pressure(_ seconds: Double, hasFull: Bool) -> String {
        let average = (max(0, machine.level - 0.5) * 40).fixed(2)
        let some = "some avg10=\(average) avg60=\(average) avg300=\(average) total=\((seconds * 1e6).whole)\n"
        let full = hasFull ? (seconds * 6e5).whole : "0"
        return some + "full avg10=0.00 avg60=0.00 avg300=0.00 total=\(full)\n"
    }

    private var cpuinfo: String {
        let build = machine.build
        let cores = (0..<build.cores).map { "processor\t: \($0)\nBogoMIPS\t: 108.00\n\n" }.joined()
        return cores + (build.profile == .time ? "Model\t\t: \(build.model)\n" : "")
    }

    private var mounts: String {
        machine.fileSystems(isFull: false).map { system in
            "\(system.device) \(system.mount) \(system.type) rw,noatime 0 0\n"
        }.joined()
    }
}
