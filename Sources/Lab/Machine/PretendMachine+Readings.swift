import FleetModel

extension PretendMachine {
    /// Degrees Celsius of the processor; nil without a sensor.
    var temperature: Double? {
        build.restTemperature.map { $0 + 22 * level + 1.5 * activity.wander(at: moment, period: 40, salt: 11) }
    }

    /// Used memory without caches, in KiB.
    var usedMemoryKiB: Int64 {
        let share = 0.22 + 0.2 * activity.unit(6) + 0.12 * level
        return Int64(Double(build.memoryKiB) * (share + 0.02 * activity.wander(at: moment, period: 120, salt: 12)))
    }

    /// The file systems as `df` sees them; a full disk has nothing left on `/`.
    func fileSystems(isFull: Bool) -> [FileSystem] {
        let days = Double(moment.milliseconds) / 86_400_000
        // The disk fills over a month and is cleaned; where in the month each machine is, is its own.
        let month = (days / 30 + activity.unit(7)).truncatingRemainder(dividingBy: 1)
        let usable = Double(build.diskKiB) * 0.95
        let used = isFull ? usable : usable * (0.24 + 0.2 * activity.unit(8) + 0.3 * month)
        let root = FileSystem(
            device: build.rootDevice,
            type: "ext4",
            mount: "/",
            totalKiB: build.diskKiB,
            usedKiB: Int64(used),
            availableKiB: Int64(usable - used),
            inodes: build.diskKiB / 16,
            freeInodes: isFull ? 12 : build.diskKiB / 18
        )
        let run = FileSystem(
            device: "tmpfs",
            type: "tmpfs",
            mount: "/run",
            totalKiB: build.memoryKiB / 5,
            usedKiB: 5840,
            availableKiB: build.memoryKiB / 5 - 5840,
            inodes: 819_200,
            freeInodes: 818_100
        )
        guard build.profile == .time else { return [root, run] }
        let boot = FileSystem(
            device: "/dev/mmcblk0p1",
            type: "vfat",
            mount: "/boot/firmware",
            totalKiB: 522_230,
            usedKiB: 75_412,
            availableKiB: 446_818,
            inodes: 0,
            freeInodes: 0
        )
        return [root, run, boot]
    }

    struct FileSystem {
        let device: String
        let type: String
        let mount: String
        let totalKiB: Int64
        let usedKiB: Int64
        let availableKiB: Int64
        let inodes: Int64
        let freeInodes: Int64
    }

    /// How far the node's time daemon thinks it is off, in milliseconds.
    func ntpOffset(clockOffset: Duration) -> Double {
        let scale = build.stratum == 1 ? 0.0015 : build.stratum == 2 ? 0.35 : 1.2
        return Double(clockOffset.milliseconds) + scale * activity.wander(at: moment, period: 64, salt: 13)
    }

    /// What a Pipe node has earned. Grows with the time of day, not with the lab's life, so it never falls back.
    var pulse: (reputation: Double, points: Int64, egressBytes: Double, rank: Int, uptimePercent: Double) {
        let days = max(0, Double(moment.milliseconds) / 86_400_000 - 20_400)
        let rate = 0.6 + 0.8 * activity.unit(20)
        let reputation = 0.9 + 0.095 * activity.unit(21) + 0.004 * activity.wander(at: moment, period: 3600, salt: 22)
        let rank = 1 + Int(2000 * (1.4 - rate)) + Int(6 * activity.wander(at: moment, period: 1800, salt: 23) + 6)
        return (
            reputation, Int64(days * 4200 * rate), days * 86_400 * 9e6 * rate, rank, 99.2 + 0.79 * activity.unit(24)
        )
    }
}
