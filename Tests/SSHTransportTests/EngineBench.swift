import FleetModel
import Foundation
import Operations
import Testing

@testable import SSHTransport

/// Figures, not proofs: run by hand in release mode with `FLOTILLA_BENCH=1` on a quiet machine.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["FLOTILLA_BENCH"] != nil))
struct EngineBench {
    @Test func `two hundred nodes cold, warm and polled`() async throws {
        let name = "fltbench\(Int.random(in: 1000...9999))"
        try run("/usr/sbin/useradd", "--create-home", "--shell", "/bin/sh", name)
        try run("/bin/sh", "-c", "usermod -p '*' \(name); rm -f /home/\(name)/.[a-z]*")
        defer { _ = try? run("/usr/sbin/userdel", "--remove", "--force", name) }
        try await LocalSSHD.with(["MaxStartups 2000", "MaxSessions 100", "ListenAddress ::1"]) { server in
            try run("/bin/chmod", "755", server.folder.path)
            let shell = makeShell()
            let nodes = try (0..<200).map { number in
                var node = try server.node("node-\(number)", "127.0.\(3 + number / 100).\(1 + number % 100)")
                node.user = try UserName(name)
                return node
            }
            for round in ["cold", "warm", "warm", "warm"] {
                try await measure(round, 200) {
                    try await each(nodes) { node in
                        let result = await shell.run(RemoteJob(.loginShell("uptime")), on: node)
                        if let error = result.error { throw error }
                    }
                }
            }
            let probe = Command.script(
                "while read -r line; do echo \"$line 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\"; done"
            )
            let streams = try await withThrowingTaskGroup(of: (any RemoteStream).self) { group in
                for node in nodes { group.addTask { try await shell.open(probe, on: node, deadlines: .init()) } }
                return try await group.reduce(into: [any RemoteStream]()) { $0.append($1) }
            }
            try await measure("polls", 200 * 50) {
                try await each(streams) { stream in
                    for _ in 0..<50 {
                        try await stream.send(Array("go\n".utf8))
                        _ = try await stream.next(within: .seconds(30))
                    }
                }
            }
            for stream in streams { await stream.close() }
            await shell.shutdown()
        }
    }

    private func each<T: Sendable>(_ items: [T], _ work: @escaping @Sendable (T) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for item in items { group.addTask { try await work(item) } }
            try await group.waitForAll()
        }
    }

    private func measure(_ name: String, _ count: Int, _ work: () async throws -> Void) async throws {
        let (clock, before) = (ContinuousClock.now, Self.cpu())
        try await work()
        let (seconds, cpu) = ((ContinuousClock.now - clock).seconds, Self.cpu() - before)
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let memory = text.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
        print("\(name): \(Int(Double(count) / seconds))/s, client CPU \(cpu / Double(count) * 1000) ms each, \(memory)")
    }

    private static func cpu() -> Double {
        var usage = rusage()
        // 0 is RUSAGE_SELF, whose imported type differs between C libraries.
        getrusage(0, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
