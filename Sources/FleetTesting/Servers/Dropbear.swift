package import FleetModel

/// A real dropbear on loopback: the other kind of SSH server, as small boards run it.
///
/// It reads `~/.ssh/authorized_keys` of the account, so it wants a `TestAccount`.
package struct Dropbear: Sendable {
    package let port: Port
    package let process: ServerProcess
    package let hostKey: HostKey
    package let log: String

    /// Starts it and waits until it answers; the bed ends it.
    package static func start(in bed: TestBed, extra: [String] = [], name: String = "dropbear") throws -> Dropbear {
        let program = try LocalCommand.find("/usr/sbin/dropbear")
        let folder = bed.path(name)
        try Scratch.folder(folder)
        try LocalCommand.output(["dropbearkey", "-t", "ed25519", "-f", folder + "/host"])
        let shown = try LocalCommand.output(["dropbearkey", "-y", "-f", folder + "/host"])
        guard let line = shown.split(separator: "\n").first(where: { $0.hasPrefix("ssh-") }) else {
            throw FixtureError("dropbearkey printed no key")
        }
        let port = try TestPort.free()
        let words = [program, "-F", "-E", "-p", "\(port)", "-r", folder + "/host", "-P", folder + "/pid"]
        let process = try ServerProcess(words + extra, log: folder + "/log")
        bed.atEnd { process.end() }
        try TestPort.waitForBanner(port, of: process, log: folder + "/log")
        return try Dropbear(port: port, process: process, hostKey: .parsed(String(line)), log: folder + "/log")
    }
}
