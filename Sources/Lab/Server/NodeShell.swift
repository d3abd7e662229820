import FleetModel

/// How a node runs a command: the words and the environment of its shell.
struct NodeShell {
    let plan: LabNode
    let folder: NodeFolder
    let lab: LabFolder
    let faults: NodeFaults

    /// The arguments of `/bin/sh`.
    ///
    /// - `command`: Empty for a shell that reads its commands from stdin.
    func words(_ command: String) -> [String] {
        if faults.contains(.flood) { return ["sh", "-c", "exec yes 'the flood of \(plan.name)'"] }
        if faults.contains(.diskFull) {
            // No quota without root: files cannot grow (EFBIG), and stand-ins say what a full disk says.
            let full = "trap '' XFSZ; ulimit -f 0; if [ -n \"$1\" ]; then exec /bin/sh -c \"$1\"; else exec /bin/sh; fi"
            return ["sh", "-c", full, "sh", command]
        }
        return command.isEmpty ? ["sh"] : ["sh", "-c", command]
    }

    /// The whole environment; `FLOTILLA_PROC`, `FLOTILLA_SYS` and `FLOTILLA_ROOT` point to the node's own figures.
    func environment(forced: String?, asked: String, peer: String) -> [String] {
        let user = plan.user.text
        var words = [
            "HOME=" + folder.home, "USER=" + user, "LOGNAME=" + user, "SHELL=/bin/sh", "PATH=" + path, "LANG=C.UTF-8",
            "SSH_CONNECTION=" + peer, "SSH_CLIENT=" + Self.client(peer), "FLOTILLA_LAB=" + lab.path,
            "FLOTILLA_LAB_NODE=" + folder.path, "FLOTILLA_LAB_NAME=" + plan.name.text, "FLOTILLA_PROC=" + folder.proc,
            "FLOTILLA_SYS=" + folder.sys, "FLOTILLA_ROOT=" + folder.root,
        ]
        if forced != nil && !asked.isEmpty { words.append("SSH_ORIGINAL_COMMAND=" + asked) }
        return words
    }

    private var path: String {
        var folders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        folders.insert(lab.commands + "/all", at: 0)
        folders.insert(lab.commands(of: plan.profile), at: 0)
        if faults.contains(.diskFull) { folders.insert(lab.commands + "/disk-full", at: 0) }
        return folders.joined(separator: ":")
    }

    private static func client(_ peer: String) -> String {
        let words = peer.split(separator: " ")
        return words.count == 4 ? "\(words[0]) \(words[1]) \(words[3])" : peer
    }
}
