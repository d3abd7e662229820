import FleetModel
import Glibc

/// Keeps the files of a node's machine up to the moment: written only when somebody is about to look.
///
/// One refresh writes a dozen small files in place (about 0.1 ms); nodes that nobody asks cost nothing.
final class NodeMachine {
    private static let freshFor = Duration.milliseconds(50)

    private let folder: NodeFolder
    private let clock: LabClock
    private let password: Secret?
    private var machine: PretendMachine
    private var faults: NodeFaults
    private var isFurnished = false
    private var writtenAt: Duration?

    init(_ plan: LabNode, folder: NodeFolder, faults: NodeFaults, settings: LabSettings, clock: LabClock) {
        self.folder = folder
        self.clock = clock
        self.faults = faults
        self.password = settings.password
        self.machine = PretendMachine(MachineBuild(plan, seed: settings.seed), at: clock.now())
    }

    /// The machine as it is now.
    var current: PretendMachine {
        machine.advance(to: clock.now())
        return machine
    }

    /// Brings the files up to this moment, at most twenty times a second.
    func refresh() {
        let now = clock.monotonic()
        if let writtenAt, now - writtenAt < Self.freshFor { return }
        writtenAt = now
        do {
            if !isFurnished { try furnish() }
            try write()
        } catch {
            // Old figures are what a machine in trouble shows; the next request tries again.
        }
    }

    func setFaults(_ new: NodeFaults) {
        faults = new
        writtenAt = nil
        guard isFurnished else { return }
        try? markSudo()
        refresh()
    }

    func reboot() {
        machine.reboot(at: clock.now())
        isFurnished = false
        writtenAt = nil
    }

    private func write() throws(LabError) {
        let machine = current
        for (path, text) in ProcFiles(machine: machine, clockOffset: faults.clockOffset).moving {
            try Files.write(text, to: folder.proc + "/" + path)
        }
        if let temperature = machine.temperature {
            try Files.write((temperature * 1000).whole + "\n", to: folder.thermalZone + "/temp")
        }
        let figures = Figures(machine: machine, faults: faults)
        try Files.write(figures.assignments, to: folder.state + "/figures")
        try Files.write(figures.fileSystems, to: folder.state + "/filesystems")
    }

    private func furnish() throws(LabError) {
        try folder.makeAll(build: machine.build)
        for (path, text) in ProcFiles(machine: machine, clockOffset: faults.clockOffset).steady {
            try Files.write(text, to: folder.proc + "/" + path)
        }
        try Files.write(machine.build.osRelease, to: folder.root + "/etc/os-release")
        for device in ["lo", "eth0"] {
            try Files.write(device == "lo" ? "unknown\n" : "up\n", to: folder.sys + "/class/net/\(device)/operstate")
        }
        if machine.build.profile == .time {
            try Files.write("cpu-thermal\n", to: folder.thermalZone + "/type")
            // Every ninth board has seen a weak power supply since it started.
            let bits = machine.build.seed % 9 == 0 ? "50000\n" : "0\n"
            try Files.write(bits, to: folder.firmware + "/get_throttled")
        }
        try NodeServices(folder: folder, machine: machine).furnish()
        try markSudo()
        isFurnished = true
    }

    private func markSudo() throws(LabError) {
        let mark = folder.state + "/sudo-prompt"
        guard faults.contains(.sudoPrompt) else {
            unlink(mark)
            return
        }
        try Files.write("", to: mark)
        let secret = password.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } } ?? ""
        try Files.write(secret + "\n", to: folder.state + "/password", mode: 0o600)
    }
}
