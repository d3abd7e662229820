import FleetModel

/// What the stand-ins read: shell assignments in one file, the file systems in another.
struct Figures {
    let machine: PretendMachine
    let faults: NodeFaults

    /// `KEY='value'` lines for the `.` of a shell; the values are our own and hold no quotes.
    var assignments: String {
        let pulse = machine.pulse
        let offset = machine.ntpOffset(clockOffset: faults.clockOffset)
        let isSynced = abs(offset) < 1000
        let words: [(String, String)] = [
            ("HOSTNAME", machine.build.hostname), ("MACHINE", machine.build.machine), ("KERNEL", machine.build.kernel),
            ("CORES", "\(machine.build.cores)"), ("STRATUM", "\(machine.build.stratum)"),
            ("CLOCK_MS", "\(faults.clockOffset.milliseconds)"), ("NTP_SYNCED", isSynced ? "1" : "0"),
            ("NTP_OFFSET_MS", offset.fixed(4)), ("NTP_OFFSET_S", (offset / 1000).fixed(9)),
            ("NTP_JITTER_MS", (machine.build.stratum == 1 ? 0.002 : 0.21).fixed(3)),
            ("TEMPERATURE", (machine.temperature ?? 0).fixed(1)),
            ("PULSE_REPUTATION", pulse.reputation.fixed(4)), ("PULSE_POINTS", "\(pulse.points)"),
            ("PULSE_EGRESS", Self.amount(pulse.egressBytes)), ("PULSE_RANK", "\(pulse.rank)"),
            ("PULSE_UPTIME", pulse.uptimePercent.fixed(2)),
            ("UP_SECONDS", (machine.moment - machine.booted).seconds.fixed(0)),
        ]
        return words.map { "\($0)='\($1)'\n" }.joined()
    }

    /// `device type mount total used available inodes freeInodes`, sizes in KiB.
    var fileSystems: String {
        machine.fileSystems(isFull: faults.contains(.diskFull)).map { system in
            "\(system.device) \(system.type) \(system.mount) \(system.totalKiB) \(system.usedKiB) "
                + "\(system.availableKiB) \(system.inodes) \(system.freeInodes)\n"
        }.joined()
    }

    /// `1.2 TB`, as the `pop` tool shows traffic.
    private static func amount(_ bytes: Double) -> String {
        for (unit, size) in [("TB", 1e12), ("GB", 1e9), ("MB", 1e6)] where bytes >= size {
            return (bytes / size).fixed(2) + " " + unit
        }
        return (bytes / 1e3).fixed(2) + " KB"
    }
}
