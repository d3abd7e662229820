import FleetModel
import Foundation
import Testing

@testable import Probes

/// A node whose tools leave a line in a log each time they are started.
private final class CountedNode {
    let scratch: Scratch

    /// - `tools`: scripts of this node's own, without their first line.
    init(slice: Bool = true, _ tools: [String: String]) throws {
        scratch = try Scratch()
        for tool in ["awk", "timeout", "sleep", "rm", "mkdir"] {
            try FileManager.default.createSymbolicLink(
                atPath: scratch.path + "/" + tool,
                withDestinationPath: Tool.path(tool)
            )
        }
        for (tool, script) in tools {
            let counted = "#!/bin/sh\necho \(tool) >>\(scratch.path)/log\n\(script)\n"
            try scratch.write(counted, to: tool, executable: true)
        }
        try scratch.write("", to: "proc/mounts")
        if slice { try scratch.write("", to: "sys/fs/cgroup/system.slice/ssh.service/cgroup.procs") }
    }

    var slice: String { scratch.path + "/sys/fs/cgroup/system.slice" }

    /// What each request of one channel gave.
    func readings(_ requests: [[ProbeFamily]], shell: Shell) throws -> [ProbeReading] {
        let roots = ProbeScript.Roots(proc: scratch.path + "/proc", sys: scratch.path + "/sys", tools: scratch.path)
        return try ProbeRun.frames(requests, shell: shell, roots: roots, environment: ["PATH": scratch.path])
            .map(ProbeReading.parse)
    }

    func starts(of tool: String) throws -> Int {
        let log = (try? String(contentsOfFile: scratch.path + "/log", encoding: .utf8)) ?? ""
        return log.split(separator: "\n").filter { $0 == tool }.count
    }
}

@Suite struct `The probe's thrift` {
    private static let failed = "echo 'apt-daily.service loaded failed failed Daily apt'"
    /// Stands in for something that happens between two requests: a request for this unit lets it happen.
    private static func happening(_ script: String) -> String {
        "case $1 in show) \(script) ;; *) \(failed) ;; esac"
    }

    @Test(arguments: Shell.allCases)
    func `asks systemd again only when what runs below it has changed`(shell: Shell) throws {
        let node = try CountedNode(["systemctl": Self.failed])
        let readings = try node.readings(Array(repeating: [.systemd], count: 6), shell: shell)
        #expect(readings.allSatisfy { $0.samples.contains { $0["name"] == "apt-daily.service" } })
        #expect(try node.starts(of: "systemctl") == 2)
    }

    @Test(arguments: Shell.allCases)
    func `asks systemd at once, and once more, when a unit has gone`(shell: Shell) throws {
        let node = try CountedNode([:])
        try node.scratch.write(
            "#!/bin/sh\n" + Self.happening("rm -r \(node.slice)/ssh.service")
                + "\necho \"$1\" >>\(node.scratch.path)/log\n",
            to: "systemctl",
            executable: true
        )
        let calm = Array(repeating: [ProbeFamily.systemd], count: 4)
        _ = try node.readings(calm + [[.unit("x.service")]] + calm, shell: shell)
        #expect(try node.starts(of: "list-units") == 4)
    }

    @Test func `asks systemd each time where control groups cannot be seen`() throws {
        let node = try CountedNode(slice: false, ["systemctl": Self.failed])
        _ = try node.readings(Array(repeating: [.systemd], count: 4), shell: .dash)
        #expect(try node.starts(of: "systemctl") == 4)
    }

    @Test(arguments: Shell.allCases)
    func `asks for containers again when one has another first process`(shell: Shell) throws {
        let node = try CountedNode(["docker": "[ $1 = ps ] && echo 1f || echo '/web true 0 nginx '"])
        let procs = node.slice + "/docker-1f.scope/cgroup.procs"
        try node.scratch.write("100\n", to: "sys/fs/cgroup/system.slice/docker-1f.scope/cgroup.procs")
        try node.scratch.write("#!/bin/sh\necho 200 >\(procs)\n", to: "systemctl", executable: true)
        let calm = Array(repeating: [ProbeFamily.containers], count: 4)
        let readings = try node.readings(calm + [[.systemd]] + calm, shell: shell)
        #expect(readings.last?.samples.contains { $0.name == "flotilla_container_running" && $0.value == 1 } == true)
        #expect(try node.starts(of: "docker") == 8)
    }

    @Test func `asks for the health of containers each time`() throws {
        let node = try CountedNode(["docker": "[ $1 = ps ] && echo 1f || echo '/web true 0 nginx healthy'"])
        _ = try node.readings(Array(repeating: [.containers], count: 5), shell: .dash)
        #expect(try node.starts(of: "docker") == 2 * 2 + 3)
    }

    @Test func `leaves a tool that never answered alone until it looks for tools again`() throws {
        let node = try CountedNode(["chronyc": "exit 1", "docker": "exit 1"])
        let both: [ProbeFamily] = [.time, .containers]
        _ = try node.readings([both, both, both, [.hardware], [.hardware], both, both], shell: .dash)
        #expect(try node.starts(of: "chronyc") == 2)
        #expect(try node.starts(of: "docker") == 2)
    }

    @Test func `goes on asking a tool that answered before`() throws {
        let node = try CountedNode([:])
        let flag = node.scratch.path + "/answered"
        try node.scratch.write(
            "#!/bin/sh\necho chronyc >>\(node.scratch.path)/log\n[ -e \(flag) ] && exit 1\n: >\(flag)\n",
            to: "chronyc",
            executable: true
        )
        _ = try node.readings(Array(repeating: [.time], count: 4), shell: .dash)
        #expect(try node.starts(of: "chronyc") == 4)
    }
}
