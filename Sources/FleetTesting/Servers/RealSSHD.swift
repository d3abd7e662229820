package import FleetModel

/// A real OpenSSH server on loopback. It answers on `0.0.0.0`, so every `127.x.y.z` is a node of its own.
package struct RealSSHD: Sendable {
    package let port: Port
    package let process: ServerProcess
    /// The public line of its host key.
    package let hostKey: HostKey
    package let log: String

    /// What the configuration says beside the fixed part.
    package struct Settings: Sendable {
        package var authorizedKeys: [String] = []
        package var maxStartups = "1000:30:2000"
        package var maxSessions = 10
        package var trustedUserCA: String?
        package var allowsPassword = false
        package var extraLines: [String] = []
        /// Reused to come back on the same address, for a node that restarts or changes its key.
        package var port: Port?

        package init(authorizedKeys: [String] = []) { self.authorizedKeys = authorizedKeys }
    }

    /// Starts it and waits until it answers; the bed ends it.
    package static func start(in bed: TestBed, _ settings: Settings = .init(), name: String = "sshd") throws -> RealSSHD
    {
        let program = try LocalCommand.find("/usr/sbin/sshd")
        try Scratch.folder("/run/sshd", mode: 0o755)
        let folder = bed.path(name)
        try Scratch.folder(folder, mode: 0o755)
        let key = try TestKey.generate(at: folder + "/host")
        let port = try settings.port ?? TestPort.free()
        let lines = settings.authorizedKeys.joined(separator: "\n") + "\n"
        try Scratch.write(lines, to: folder + "/authorized_keys", mode: 0o644)
        try Scratch.write(configuration(settings, port: port, folder: folder), to: folder + "/config")
        let process = try ServerProcess([program, "-D", "-e", "-f", folder + "/config"], log: folder + "/log")
        bed.atEnd { process.end() }
        try TestPort.waitForBanner(port, of: process, log: folder + "/log")
        return RealSSHD(port: port, process: process, hostKey: key.hostKey, log: folder + "/log")
    }

    private static func configuration(_ settings: Settings, port: Port, folder: String) -> String {
        var lines = [
            "Port \(port)", "ListenAddress 0.0.0.0", "HostKey \(folder)/host", "PidFile none", "StrictModes no",
            "UsePAM no", "AuthorizedKeysFile \(folder)/authorized_keys", "PermitRootLogin yes", "PrintMotd no",
            "PasswordAuthentication \(settings.allowsPassword ? "yes" : "no")", "KbdInteractiveAuthentication no",
            "MaxStartups \(settings.maxStartups)", "MaxSessions \(settings.maxSessions)", "UseDNS no",
            "LogLevel VERBOSE", "Subsystem sftp internal-sftp", "AllowTcpForwarding yes",
        ]
        if let authority = settings.trustedUserCA { lines.append("TrustedUserCAKeys \(authority)") }
        // sshd keeps the first value it reads, so extra lines stand in front.
        return (settings.extraLines + lines).joined(separator: "\n") + "\n"
    }
}
