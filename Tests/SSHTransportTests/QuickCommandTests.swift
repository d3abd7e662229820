import FleetModel
import FleetTesting
import Operations
import Synchronization
import Testing

@testable import SSHTransport

/// Commands whose acceptance, output, exit and close arrive together.
@Suite(.serialized)
struct QuickCommandTests {
    @Test(.timeLimit(.minutes(15))) func `a command that ends at once is never a lost connection`() async throws {
        try await TestBed.with { bed in
            let trust = SeenKeys()
            let shell = makeShell(trust: trust)
            let node = try quickNode(in: bed)
            let failures = await withTaskGroup(of: [String].self) { group in
                for lane in 0..<6 { group.addTask { await lostCommands(of: shell, on: node, lane: lane) } }
                return await group.reduce(into: [String]()) { $0 += $1 }
            }
            #expect(failures == [])
            let handshakes = trust.keys.withLock { $0.count }
            #expect(handshakes == 1)
            await shell.shutdown()
        }
    }

    /// An account whose log-in shell starts at once, so that everything does come together.
    private func quickNode(in bed: TestBed) throws -> Destination {
        let key = try TestKey.generate(at: bed.path("key"))
        let account = try TestAccount.create(in: bed)
        var settings = RealSSHD.Settings(authorizedKeys: [key.publicLine])
        // sshd counts a session until it has reaped its process: it must not refuse one for that here.
        settings.maxSessions = 200
        let server = try RealSSHD.start(in: bed, settings)
        return try Destination(
            node: NodeName("node"),
            host: HostAddress("127.0.0.1"),
            port: server.port,
            user: account.user,
            credentials: [.keyFile(path: key.path)]
        )
    }

    private func lostCommands(of shell: LibSSHShell, on node: Destination, lane: Int) async -> [String] {
        var failures: [String] = []
        for number in 0..<50 {
            let job = RemoteJob(.verb("echo \(lane) \(number); exit 3"), deadlines: .patient())
            let result = await shell.run(job, on: node)
            if result.ending != .exited(3) || result.stdout.text != "\(lane) \(number)\n" {
                failures.append("\(number): \(result.ending) “\(result.stdout.text)”")
            }
            do {
                let stream = try await shell.open(.verb("echo on"), on: node, deadlines: .init())
                let text = try await allText(of: stream)
                if text != "on\n" { failures.append("stream \(number): “\(text)”") }
                await stream.close()
            } catch {
                failures.append("stream \(number): \(error)")
            }
        }
        return failures
    }

    private func allText(of stream: any RemoteStream) async throws -> String {
        var bytes: [UInt8] = []
        while let chunk = try await stream.next(within: .seconds(120)) { bytes += chunk.bytes }
        return String(decoding: bytes, as: UTF8.self)
    }
}
