import Glibc

/// Processes of a lab that left their session (`setsid`, `nohup` chains): found by the environment the lab gave them.
enum StrayProcesses {
    /// Kills them all. The cost grows with the processes of the machine; called once, when a lab stops.
    static func end(of folder: LabFolder) {
        let mark = "FLOTILLA_LAB=" + folder.path
        for name in Files.names(in: "/proc") {
            guard let pid = pid_t(name), pid != getpid() else { continue }
            guard let environment = Files.read("/proc/\(pid)/environ", limit: 64 * 1024) else { continue }
            if environment.split(separator: "\0").contains(where: { $0 == mark }) { kill(pid, SIGKILL) }
        }
    }
}
