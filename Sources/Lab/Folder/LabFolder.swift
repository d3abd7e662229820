import FleetModel
import Glibc

/// Where the lab keeps what: the one place that knows the names of its files.
package struct LabFolder: Hashable, Sendable {
    /// The folder itself.
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// What there is and how to reach it, for other processes.
    var manifest: String { path + "/lab.json" }
    /// The socket at which the running lab takes orders.
    static let controlSocket = "control"
    /// Stand-ins leave a file here to tell the lab of a reboot.
    var events: String { path + "/events" }
    /// Stand-ins of every node.
    var commands: String { path + "/bin" }
    var nodes: String { path + "/nodes" }

    func node(_ name: NodeName) -> NodeFolder { NodeFolder(path: nodes + "/" + name.text) }

    func commands(of profile: Node.Profile) -> String { commands + "/" + profile.rawValue }

    /// Makes the folders that are there whatever the nodes.
    func make() throws(LabError) {
        try Files.makeFolders(path)
        for folder in [nodes, events, commands] { try Files.makeFolder(folder) }
    }
}

/// The folder of one node.
struct NodeFolder: Hashable, Sendable {
    let path: String

    /// Where its commands start.
    var home: String { path + "/home" }
    /// Its `/proc`, `/sys` and the few files of `/` that are its own.
    var proc: String { path + "/proc" }
    var sys: String { path + "/sys" }
    var root: String { path + "/root" }
    /// What its stand-ins read and write.
    var state: String { path + "/state" }
    var authorizedKeys: String { home + "/.ssh/authorized_keys" }

    var containers: String { state + "/containers" }
    /// What stands for the control groups of running units and containers.
    var running: String { state + "/running" }
    var thermalZone: String { sys + "/class/thermal/thermal_zone0" }
    var firmware: String { sys + "/devices/platform/soc/soc:firmware" }

    /// What a node needs before anybody has logged in: as little as can be, for thousands are made at once.
    func make() throws(LabError) {
        for folder in [path, home, home + "/.ssh"] { try Files.makeFolder(folder) }
    }

    /// What it needs for its first command.
    func makeAll(build: MachineBuild) throws(LabError) {
        let deep = [
            "/net", "/pressure", "/self", "/device-tree", "/sys/fs", "/sys/kernel/random",
        ].map { proc + $0 }
        let flat = ["/class/net/lo", "/class/net/eth0", "/fs/cgroup"].map { sys + $0 }
        for folder in deep + flat + [root + "/etc", state] { try Files.makeFolders(folder) }
        let slice = sys + "/fs/cgroup/system.slice"
        guard symlink("../../../state/running", slice) == 0 || errno == EEXIST else {
            throw LabError.system("symlink", on: slice)
        }
        guard build.profile == .time else { return }
        for folder in [thermalZone, firmware] { try Files.makeFolders(folder) }
    }
}
