import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing

@testable import DaemonLink

/// Both ends of the link in one process, over a real Unix socket.
@Suite(.timeLimit(.minutes(15))) struct DaemonLinkTests {
    private func connected<R>(
        _ shell: EchoShell = EchoShell(),
        _ body: (DaemonClient) async throws -> R
    ) async throws -> R {
        let path = FileManager.default.temporaryDirectory.appending(path: "fl-\(UInt32.random(in: 0 ... .max)).sock")
            .path
        let server = try DaemonServer(path: path, shell: shell, service: SettledService())
        server.start()
        defer { server.stop() }
        let client = try #require(DaemonClient(path: path, own: UnavailableShell(reason: "not through the daemon")))
        return try await body(client)
    }

    private func destination(_ credentials: [Credential] = [.keyFile(path: "/k")]) throws -> Destination {
        try Destination(
            node: NodeName("n1"),
            host: HostAddress("::1"),
            port: Port(2222),
            user: UserName("pi"),
            path: [
                Destination(
                    node: NodeName("hop"),
                    host: HostAddress("hop.example"),
                    user: UserName("j"),
                    credentials: []
                )
            ],
            credentials: credentials,
            hostKey: HostKey(algorithm: "ssh-ed25519", base64: "AAAA", fingerprint: "SHA256:x"),
            purpose: .collect
        )
    }

    @Test func `a job's bytes, input and ending come through unchanged`() async throws {
        let input = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let live = LiveBytes()
        let result = try await connected { client in
            let job = RemoteJob(.loginShell("cat"), stdin: .bytes(input), onOutput: { live.take($0) })
            return await client.run(job, on: try self.destination())
        }
        #expect(result.ending == .exited(7))
        #expect(result.stdout.head == input)
        #expect(result.stderr.head == Array("n1 ::1 2222 pi collect hop".utf8))
        #expect(live.bytes == input)
    }

    @Test func `while a command is behind with its output the flow is held, and all of it comes`() async throws {
        let live = LiveBytes()
        let gate = DispatchSemaphore(value: 0)
        let shell = EchoShell()
        let result = try await connected(shell) { client in
            let job = RemoteJob(.loginShell("flood")) { chunk in
                if live.count == 0 { gate.wait() }
                live.take(chunk)
            }
            let target = try self.destination()
            async let result = client.run(job, on: target)
            await shell.wasHeld.wait()
            gate.signal()
            return await result
        }
        #expect(result.ending == .exited(0))
        #expect(live.count == EchoShell.flood)
    }

    @Test func `cancelling a command cancels its job in the daemon`() async throws {
        let shell = EchoShell()
        try await connected(shell) { client in
            let target = try self.destination()
            let task = Task { await client.run(RemoteJob(.loginShell("wait")), on: target) }
            await shell.begun.wait()
            task.cancel()
            let result = await task.value
            #expect(result.error?.kind == .cancelled)
        }
    }

    @Test func `a credential with a secret never goes to the daemon`() async throws {
        let result = try await connected { client in
            await client.run(RemoteJob(.loginShell("cat")), on: try self.destination([.password(Secret("x"))]))
        }
        #expect(result.error?.problem.contains("not through the daemon") == true)
    }

    @Test func `health and poll outcomes come back as they were given`() async throws {
        let (health, polls) = try await connected { client in
            (try await client.health(), try await client.collect([NodeName("a"), NodeName("b")]))
        }
        #expect(health == SettledService.health)
        #expect(
            polls[try NodeName("a")] == PollOutcome(samples: 3, duration: .milliseconds(12), error: nil, route: .gate)
        )
        #expect(polls[try NodeName("b")]?.error?.kind == .connectRefused)
    }

    @Test func `nobody listens: no client`() {
        #expect(DaemonClient(path: "/nonexistent/daemon.sock", own: UnavailableShell(reason: "")) == nil)
    }

    @Test func `the end of the daemon ends what waits for it`() async throws {
        let shell = EchoShell()
        let path = FileManager.default.temporaryDirectory.appending(path: "fl-\(UInt32.random(in: 0 ... .max)).sock")
            .path
        let server = try DaemonServer(path: path, shell: shell, service: SettledService())
        server.start()
        let client = try #require(DaemonClient(path: path, own: UnavailableShell(reason: "")))
        let target = try destination()
        async let result = client.run(RemoteJob(.loginShell("wait")), on: target)
        await shell.begun.wait()
        server.stop()
        #expect(await result.error?.kind == .connectionLost)
    }
}

/// Answers `cat` with its input, its destination on stderr and exit 7; `wait` waits to be cancelled.
private struct EchoShell: RemoteShell {
    static let flood = 64 << 20
    let begun = Flag()
    /// Raised when the flow was held while it flooded.
    let wasHeld = Flag()

    func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        await begun.raise()
        if job.command == .loginShell("wait") {
            while !Task.isCancelled { await Task.yield() }
            return CommandResult(ending: .failed(RemoteError(.cancelled, destination.node, "stopped")))
        }
        if job.command == .loginShell("flood") {
            for _ in 0..<64 {
                if job.flow?.isHeld == true { await wasHeld.raise() }
                await job.flow?.untilReleased()
                job.onOutput?(OutputChunk(.stdout, [UInt8](repeating: 7, count: Self.flood / 64)))
            }
            return CommandResult(ending: .exited(0))
        }
        var bytes: [UInt8] = []
        if case .stream(let next) = job.stdin {
            while let chunk = try? await next() {
                bytes += chunk
                job.onOutput?(OutputChunk(.stdout, chunk))
            }
        }
        let words = [
            destination.node.text, destination.host.text, "\(destination.port)", destination.user.text,
            destination.purpose.rawValue, destination.path.map(\.node.text).joined(separator: ","),
        ]
        return CommandResult(
            ending: .exited(7),
            stdout: CapturedOutput(bytes),
            stderr: CapturedOutput(Array(words.joined(separator: " ").utf8))
        )
    }

    func open(_ command: Command, on destination: Destination, deadlines: Deadlines) async throws -> any RemoteStream {
        throw RemoteError(.unreachable, destination.node, "no streams here")
    }

    func forget(_ node: NodeName) async {}
    func shutdown() async {}
}

private actor SettledService: DaemonService {
    static let health = DaemonHealth(
        process: 42,
        since: Timestamp(milliseconds: 1),
        interval: .seconds(15),
        lastCycle: .milliseconds(3),
        overruns: 2,
        version: "x"
    )

    func health() async -> DaemonHealth { Self.health }

    func collect(_ nodes: [NodeName]) async throws -> [NodeName: PollOutcome] {
        let refused = RemoteError(.connectRefused, nodes[1], "refused", advice: "start sshd")
        return [
            nodes[0]: PollOutcome(samples: 3, duration: .milliseconds(12), error: nil, route: .gate),
            nodes[1]: PollOutcome(samples: 0, duration: .zero, error: refused, route: nil),
        ]
    }

    func requestStop() async {}
}

private actor Flag {
    private var isRaised = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func raise() {
        isRaised = true
        waiting.forEach { $0.resume() }
        waiting = []
    }

    func wait() async {
        guard !isRaised else { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}

private final class LiveBytes: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var kept: [UInt8] = []

    func take(_ chunk: OutputChunk) { lock.withLock { kept += chunk.bytes } }

    var bytes: [UInt8] { lock.withLock { kept } }
    var count: Int { lock.withLock { kept.count } }
}
