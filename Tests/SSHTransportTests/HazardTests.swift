import FleetModel
import FleetTesting
import Foundation
import Operations
import Synchronization
import Testing

@testable import SSHTransport

/// What goes wrong between the engine and a server, and what has to come of it.
@Suite(.serialized)
struct HazardTests {
    @Test(.timeLimit(.minutes(15)))
    func `a tree is ended over a fresh connection where the server allows no second session`() async throws {
        try await LocalSSHD.with(["MaxSessions 1"]) { server in
            let trust = SeenKeys()
            let shell = makeShell(trust: trust)
            let mark = "87\(Int.random(in: 100_000...999_999))"
            let node = try server.node()
            try await TestLimit.growing([.seconds(3), .seconds(40)]) { limit in
                let before = trust.keys.withLock { $0.count }
                let result = await shell.run(
                    RemoteJob(
                        .loginShell("echo on; sleep \(mark) | cat; echo never"),
                        deadlines: .patient(total: limit)
                    ),
                    on: node
                )
                #expect(result.error?.kind == .timeout)
                let left = try await ProcessesOnNode.left(containing: "sleep \(mark)")
                #expect(left == [])
                guard result.stdout.text == "on\n" else { return "the command never began \(result.ending)" }
                let handshakes = trust.keys.withLock { $0.count }
                #expect(handshakes > max(before, 1))
                return nil
            }
            await shell.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `an idle connection is closed and made again when it is wanted`() async throws {
        try await LocalSSHD.with { server in
            let trust = SeenKeys()
            var settings = LibSSHSettings()
            settings.idleTime = .milliseconds(200)
            let shell = makeShell(settings, trust: trust)
            let node = try server.node()
            for _ in 0..<60 where trust.keys.withLock({ $0.count }) < 2 {
                let result = await shell.run(RemoteJob(.loginShell("echo on")), on: node)
                #expect(result.stdout.text == "on\n")
                try await Task.sleep(for: .milliseconds(500))
            }
            let handshakes = trust.keys.withLock { $0.count }
            #expect(handshakes == 2)
            await shell.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a server that turns log-ins away for good is named as such`() async throws {
        try await LocalSSHD.with(["MaxStartups 1:100:1"]) { server in
            var settings = LibSSHSettings()
            settings.loginPatience = .seconds(1)
            let shell = makeShell(settings)
            // One silent connection takes the only place.
            let holder = try placeHolder(on: server.port)
            defer { close(holder) }
            let result = await shell.run(RemoteJob(.loginShell("true")), on: try server.node())
            #expect(result.error?.kind == .throttled, "\(result.ending)")
            await shell.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a stream that nobody reads is held back at the node and loses nothing`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let node = try server.node()
            let count = 24 << 20
            let script = "head -c \(count) /dev/zero; echo end >&2; : > \(server.folder.path)/done"
            let stream = try await shell.open(.script(script), on: node, deadlines: .patient())
            // Another command on the same connection is not held up by it.
            let other = await shell.run(
                RemoteJob(.loginShell("sleep 1; ls \(server.folder.path)"), deadlines: .patient()),
                on: node
            )
            #expect(other.isSuccess)
            #expect(!other.stdout.text.contains("done"), "the node could send everything although nobody read")
            var bytes = 0
            while let chunk = try await stream.next(within: .seconds(120)) {
                if chunk.stream == .stdout { bytes += chunk.bytes.count }
            }
            #expect(bytes == count)
            await stream.close()
            await shell.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `cancelling the reader of a silent stream ends its waiting, not the stream`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let stream = try await shell.open(.verb("cat"), on: try server.node(), deadlines: .patient())
            let waiting = Task { try await stream.next(within: .seconds(100)) }
            try await Task.sleep(for: .milliseconds(100))
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            try await stream.send(Array("still\n".utf8))
            let chunk = try await stream.next(within: .seconds(120))
            #expect(chunk == OutputChunk(.stdout, Array("still\n".utf8)))
            await stream.close()
            await shell.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `cancelling a log-in under way ends it at once`() async throws {
        let silent = try SilentListener()
        defer { silent.stop() }
        try await LocalSSHD.with { server in
            let shell = makeShell()
            var node = try server.node()
            node.port = try Port(silent.port)
            let target = node
            let job = RemoteJob(.loginShell("true"), deadlines: .init(login: .seconds(100)))
            let task = Task { await shell.run(job, on: target) }
            try await Task.sleep(for: .milliseconds(200))
            task.cancel()
            let result = await task.value
            #expect(result.error?.kind == .cancelled)
            await shell.shutdown()
        }
    }

    /// A connection that the server has greeted: it counts as a log-in under way.
    private func placeHolder(on port: Int) throws -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        for _ in 0..<100 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            var greeting = [UInt8](repeating: 0, count: 4)
            let count = code == 0 ? recv(descriptor, &greeting, 4, Int32(MSG_WAITALL)) : -1
            if count == 4, greeting == Array("SSH-".utf8) { return descriptor }
            close(descriptor)
            usleep(50_000)
        }
        throw CommandFailed(text: "no place on port \(port)")
    }
}
