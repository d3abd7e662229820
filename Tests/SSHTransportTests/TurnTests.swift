import FleetModel
import FleetTesting
import Foundation
import Operations
import Synchronization
import Testing

@testable import SSHTransport

/// Whose turn it is to connect, to log in and to have a session.
@Suite(.serialized)
struct TurnTests {
    @SSHLoop @Test func `places are given in the order of asking, and never more than there are`() {
        let places = Places(limit: 2)
        let asked = (0..<5).map { _ in places.request(Waiter()) }
        #expect(asked.map(\.isGranted) == [true, true, false, false, false])
        places.end(asked[2])
        places.end(asked[0])
        places.end(asked[0])
        #expect(asked.map(\.isGranted) == [true, true, false, true, false])
        places.end(asked[1])
        #expect(asked[4].isGranted)
        let late = places.request(Waiter())
        #expect(!late.isGranted)
    }

    /// The two log-in places would be with the far sides that drop everything until their minute is over.
    @Test(.timeLimit(.minutes(2))) func `far sides that never connect take no log-in's place`() async throws {
        try await TestBed.with { bed in
            let hole = try OddServer.dropper(in: bed)
            try await LocalSSHD.with { server in
                var settings = LibSSHSettings()
                settings.loginsAtOnce = 2
                let shell = makeShell(settings)
                let holes = try (0..<4).map { number in
                    var target = try server.node("hole-\(number)")
                    target.port = hole
                    return target
                }
                let waiting = holes.map { target in
                    Task { await shell.run(RemoteJob(.loginShell("true"), deadlines: .init(connect: nil)), on: target) }
                }
                for number in 1...6 {
                    let node = try server.node("node-\(number)", "127.0.10.\(number)")
                    let result = await shell.run(RemoteJob(.loginShell("echo in")), on: node)
                    #expect(result.stdout.text == "in\n", "\(result.ending)")
                }
                for task in waiting {
                    task.cancel()
                    let result = await task.value
                    #expect(result.error?.kind == .cancelled)
                }
                await shell.shutdown()
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func `a stream that holds the only session leaves the node open to commands`()
        async throws
    {
        try await LocalSSHD.with(["MaxSessions 1"]) { server in
            let trust = SeenKeys()
            let shell = makeShell(trust: trust)
            let node = try server.node()
            let stream = try await shell.open(.script("cat"), on: node, deadlines: .init())
            let results = await withTaskGroup(of: CommandResult.self) { group in
                for number in 0..<6 {
                    group.addTask { await shell.run(RemoteJob(.loginShell("echo \(number)")), on: node) }
                }
                return await group.reduce(into: [CommandResult]()) { $0.append($1) }
            }
            #expect(Set(results.map(\.stdout.text)) == Set((0..<6).map { "\($0)\n" }))
            try await stream.send(Array("still here\n".utf8))
            let chunk = try await stream.next(within: .seconds(60))
            #expect(chunk == OutputChunk(.stdout, Array("still here\n".utf8)))
            await stream.close()
            let handshakes = trust.keys.withLock { $0.count }
            #expect(handshakes == 2)
            await shell.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a long command that holds the only session leaves the node open to others`()
        async throws
    {
        try await LocalSSHD.with(["MaxSessions 1"]) { server in
            let trust = SeenKeys()
            var settings = LibSSHSettings()
            settings.patienceWithCommands = .milliseconds(100)
            let shell = makeShell(settings, trust: trust)
            let node = try server.node()
            let flag = server.folder.path + "/flag"
            let wait = "until [ -e \(flag) ]; do sleep 0.1; done; echo long"
            async let long = shell.run(RemoteJob(.loginShell(wait)), on: node)
            while trust.keys.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(20)) }
            let others = await withTaskGroup(of: CommandResult.self) { group in
                for number in 0..<4 {
                    group.addTask { await shell.run(RemoteJob(.loginShell("echo \(number); : >>\(flag)")), on: node) }
                }
                return await group.reduce(into: [CommandResult]()) { $0.append($1) }
            }
            #expect(Set(others.map(\.stdout.text)) == Set((0..<4).map { "\($0)\n" }))
            let answer = await long
            #expect(answer.stdout.text == "long\n")
            await shell.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a connection that only a stream used is closed sooner`() async throws {
        try await LocalSSHD.with { server in
            let trust = SeenKeys()
            var settings = LibSSHSettings()
            settings.idleTimeAfterStream = .milliseconds(200)
            let shell = makeShell(settings, trust: trust)
            let node = try server.node()
            for _ in 0..<60 where trust.keys.withLock({ $0.count }) < 2 {
                let stream = try await shell.open(.script("exit 126"), on: node, deadlines: .init())
                await stream.close()
                try await Task.sleep(for: .milliseconds(500))
            }
            let handshakes = trust.keys.withLock { $0.count }
            #expect(handshakes == 2)
            await shell.shutdown()
        }
    }

    @SSHLoop @Test func `a bound that a refusal set is tried again after a while`() throws {
        let destination = try destination()
        let line = Line(destination, Lane(route: destination, isSpare: false), bound: 3)
        let connection = try unusedConnection(to: destination)
        defer { connection.close() }
        line.adopt(connection, bound: 3)
        func ask() -> Ticket {
            let ticket = Ticket(line, .init(), Waiter(), .command)
            line.waiting.append(ticket)
            line.grant(connection)
            return ticket
        }
        let held = (0..<3).map { _ in ask() }
        line.refused()
        line.leave(held[2])
        var last = ask()
        #expect(last.granted == nil)
        line.leave(held[1])
        line.grant(connection)
        #expect(last.granted != nil)
        for _ in 0..<64 {
            line.leave(last)
            last = ask()
        }
        #expect(ask().granted != nil)
        #expect(ask().granted == nil)
        line.adopt(connection, bound: 3)
        #expect(line.inUse == 0)
    }

    @SSHLoop @Test(.timeLimit(.minutes(1)))
    func `where the queue has a limit of its own the whole begins with the turn`() async throws {
        let destination = try destination()
        let line = Line(destination, Lane(route: destination, isSpare: false), bound: 10)
        let deadlines = Deadlines(total: .milliseconds(1), queue: .seconds(3600))
        let waiter = Waiter()
        let clock = JobClock(deadlines, destination.node, waiter)
        let ticket = Ticket(line, deadlines, waiter, .stream)
        clock.start { ticket.stage }
        clock.follow(ticket)
        try await Waiter().pause(.milliseconds(20))
        #expect(waiter.stopped == nil)
        ticket.hasTurn = true
        // Turned away: the next turn begins anew.
        ticket.hasTurn = false
        try await Waiter().pause(.milliseconds(20))
        #expect(waiter.stopped == nil)
        ticket.hasTurn = true
        while waiter.stopped == nil { await waiter.next() }
        #expect(waiter.stopped?.kind == .timeout)
        clock.stop()
    }

    private func destination() throws -> Destination {
        try Destination(
            node: NodeName("node"),
            host: HostAddress("127.0.0.1"),
            port: .ssh,
            user: UserName("user"),
            credentials: []
        )
    }

    @SSHLoop private func unusedConnection(to destination: Destination) throws -> Connection {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let session = Session(descriptor: descriptor, user: destination.user, hostKeyAlgorithm: nil)
        return Connection(try #require(session), to: destination, carrier: nil)
    }
}
