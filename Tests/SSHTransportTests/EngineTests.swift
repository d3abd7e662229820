import FleetModel
import FleetTesting
import Foundation
import Operations
import Synchronization
import Testing

@testable import SSHTransport

@Suite(.serialized)
struct EngineTests {
    @Test func `a command's bytes, both streams and the exit code come back exactly`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let result = await shell.run(
                RemoteJob(.loginShell("printf 'a\\0b\\377'; echo oops >&2; exit 7")),
                on: try server.node()
            )
            #expect(result.ending == .exited(7))
            #expect(result.stdout.head == [97, 0, 98, 255])
            #expect(result.stderr.text == "oops\n")
            await shell.shutdown()
        }
    }

    @Test func `a warm connection serves many jobs`() async throws {
        try await LocalSSHD.with { server in
            let trust = SeenKeys()
            let shell = makeShell(trust: trust)
            let node = try server.node()
            let results = await withTaskGroup(of: CommandResult.self) { group in
                for number in 0..<40 {
                    group.addTask { await shell.run(RemoteJob(.loginShell("echo \(number)")), on: node) }
                }
                return await group.reduce(into: [CommandResult]()) { $0.append($1) }
            }
            let successes = results.count(where: \.isSuccess)
            #expect(successes == 40)
            #expect(Set(results.map(\.stdout.text)) == Set((0..<40).map { "\($0)\n" }))
            let handshakes = trust.keys.withLock { $0.count }
            #expect(handshakes == 1)
            await shell.shutdown()
        }
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "ecdh-sha2-nistp256"),
        ("SSH-2.0-dropbear_2022.83\r\n", "curve25519-sha256"),
        ("Welcome\r\nSSH-2.0-OpenSSH_9.2", "curve25519-sha256"), ("", "curve25519-sha256"),
    ])
    func `the key exchange that is cheap for the server goes first, and all the others stay`(
        banner: String,
        first: String
    ) {
        let order = Session.keyExchanges(banner: Array(banner.utf8)).split(separator: ",")
        #expect(order.first.map(String.init) == first)
        #expect(order.count == 8)
        #expect(Set(order) == Set(Session.keyExchanges(banner: []).split(separator: ",")))
    }

    @Test func `standard input reaches the command whole`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let result = await shell.run(
                RemoteJob(.loginShell("cat"), stdin: .bytes(bytes), limits: .init(memory: 8 << 20)),
                on: try server.node()
            )
            #expect(result.ending == .exited(0))
            #expect(result.stdout.head == bytes)
            await shell.shutdown()
        }
    }

    @Test(arguments: [300_000, 6_000_000])
    func `output that nobody takes stays on the node, and comes whole with the release or the end`(size: Int)
        async throws
    {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let flow = OutputFlow()
            let taken = Mutex(0)
            var job = RemoteJob(.loginShell("head -c \(size) /dev/zero"), limits: .init(memory: 8 << 20)) { chunk in
                let isFirst = taken.withLock { count in
                    defer { count += chunk.bytes.count }
                    return count == 0
                }
                if isFirst { flow.hold() }
            }
            job.flow = flow
            let node = try server.node()
            async let answer = shell.run(job, on: node)
            while !flow.isHeld { try await Task.sleep(for: .milliseconds(20)) }
            try await Task.sleep(for: .milliseconds(300))
            // What fits the window comes to its end without anybody's help.
            if size > 1 << 22 {
                #expect(taken.withLock { $0 } < 1 << 20)
                flow.release()
            }
            let result = await answer
            #expect(result.ending == .exited(0))
            #expect(result.stdout.total == size)
            #expect(taken.withLock { $0 } == size)
            await shell.shutdown()
        }
    }

    @Test func `a signal is a signal`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let result = await shell.run(RemoteJob(.loginShell("kill -TERM $$")), on: try server.node())
            #expect(result.ending == .signalled("TERM"))
            await shell.shutdown()
        }
    }

    @Test func `after a time limit nothing of the tree is left`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let mark = "86\(Int.random(in: 100_000...999_999))"
            let text = "setsid sleep \(mark) & (sleep \(mark) | sleep \(mark)) & echo on; sleep \(mark); echo never"
            let node = try server.node()
            try await TestLimit.growing { limit in
                let result = await shell.run(
                    RemoteJob(.loginShell(text), deadlines: .patient(total: limit)),
                    on: node
                )
                #expect(result.error?.kind == .timeout)
                return result.stdout.text == "on\n" ? nil : "\(result.ending)"
            }
            let left = try await ProcessesOnNode.left(containing: mark)
            #expect(left == [])
            await shell.shutdown()
        }
    }

    @Test func `an open command answers line by line`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let stream = try await shell.open(
                .script("while read -r line; do echo \"<$line>\"; done"),
                on: try server.node(),
                deadlines: .patient()
            )
            for number in 0..<20 {
                try await stream.send(Array("\(number)\n".utf8))
                let chunk = try await stream.next(within: .seconds(120))
                #expect(chunk == OutputChunk(.stdout, Array("<\(number)>\n".utf8)))
            }
            await stream.close()
            await shell.shutdown()
        }
    }
}
