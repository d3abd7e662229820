import FleetModel
import Operations

/// One job on one node, from the wait for a connection to the result.
@SSHLoop
final class Execution {
    private let job: RemoteJob
    private let destination: Destination
    private let pool: ConnectionPool
    private let waiter = Waiter()
    private let nonce: String
    private let begun = LoopThread.readClock()
    private var stdout: OutputCapture
    private var stderr: OutputCapture
    private var filter: GuardFilter?
    private var clock: JobClock
    private var feed: InputFeed?
    private var input = StandardInput.empty
    /// What goes before the job's own standard input.
    private var prefix: [UInt8] = []
    private var leader: Int32?
    /// Fired when the guard has named its process.
    private let named = Waiter()
    private var passwordsWanted = 0
    private var passwordsSent = 0
    private var isRunning = false
    private var ticket: Ticket?
    private var connection: Connection?
    private let held: HeldOutput

    init(_ job: RemoteJob, on destination: Destination, pool: ConnectionPool) {
        self.job = job
        self.destination = destination
        self.pool = pool
        nonce = Nonce.make()
        let name = destination.node.text + "-" + nonce.prefix(8)
        stdout = OutputCapture(job.limits, spillName: name + ".stdout")
        stderr = OutputCapture(job.limits, spillName: name + ".stderr")
        held = HeldOutput(job.flow)
        clock = JobClock(job.deadlines, destination.node, waiter)
        if case .verb = job.command {
            filter = nil
        } else {
            filter = GuardFilter(nonce: nonce, isElevated: job.elevation != nil)
        }
    }

    func cancel() {
        waiter.stop(RemoteError(.cancelled, destination.node, "cancelled"))
    }

    func run() async -> CommandResult {
        clock.start { [self] in ticket?.stage }
        let ending = await perform()
        clock.stop()
        var result = CommandResult(ending: ending, stdout: stdout.finish(), stderr: stderr.finish())
        result.duration = .nanoseconds(LoopThread.readClock() - begun)
        return result
    }

    private func perform() async -> CommandResult.Ending {
        do {
            guard !job.command.holdsNUL else {
                throw RemoteError(
                    .channelRefused,
                    destination.node,
                    "the command holds a NUL byte, which no shell can take"
                )
            }
            if Task.isCancelled { cancel() }
            input = try await openedInput()
            let session = try await SessionChannel.start(
                line,
                on: destination,
                job.deadlines,
                pool: pool,
                kind: .command,
                waiter: waiter,
                staysWhenStopped: filter != nil,
                stage: { [clock] in
                    ticket = $0
                    clock.follow($0)
                },
                prepare: prepare
            )
            clock.began()
            defer { pool.end(session.ticket) }
            return await follow(session.channel)
        } catch let error as RemoteError {
            return .failed(error)
        } catch {
            return .failed(RemoteError(.protocolError, destination.node, "\(error)"))
        }
    }

    /// The line for the log-in shell; what is known of that shell saves the node a process.
    private func line(on connection: Connection) -> String {
        self.connection = connection
        let shell = connection.loginShell
        let line = LongScript.line(for: job.command, nonce: nonce, elevation: job.elevation, shell: shell)
        prefix = line.prefix
        if case .loginShell = job.command, job.elevation == nil {
            filter?.wasSent(after: ShellEnvelope.opening(nonce, shell))
        }
        return line.text
    }

    /// The job's input, a file already open: one that cannot be read is said before anything begins on the node.
    private func openedInput() async throws -> StandardInput {
        guard case .file(let path) = job.stdin else { return job.stdin }
        let file = FileSource(path)
        var outcome: Result<Void, FileSource.Unreadable>?
        Task { @SSHLoop in
            do throws(FileSource.Unreadable) {
                try await file.open()
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            waiter.fire()
        }
        do {
            try await waiter.until { outcome }.get()
        } catch let error as FileSource.Unreadable {
            throw RemoteError(
                .cancelled,
                destination.node,
                "its standard input cannot be read: \(error)",
                advice: "nothing was run; name a file that this user may read"
            )
        }
        return .stream(file.next)
    }

    private func prepare(_ channel: Channel) {
        channel.onData = { [weak self] bytes, stream in
            guard let self else { return bytes.count }
            guard !held.mustStay(channel, afterwards: waiter.fire) else { return 0 }
            take(bytes, stream)
            return bytes.count
        }
        channel.onChange = { [weak self] in
            self?.feed?.channelChanged()
            self?.waiter.fire()
        }
    }

    // MARK: While the command runs

    private func follow(_ channel: Channel) async -> CommandResult.Ending {
        if filter == nil || job.elevation == nil { beginInput(channel) }
        defer {
            feed?.end()
            channel.abandon()
        }
        do {
            try await waiter.until { try isOver(channel) ? () : nil }
            if held.isAwaited { held.drain(channel) }
            flushFilter()
            return ending(of: channel)
        } catch {
            let error = error as? RemoteError ?? RemoteError(.protocolError, destination.node, "\(error)")
            clock.stop()
            await end(channel)
            flushFilter()
            return .failed(error)
        }
    }

    private func isOver(_ channel: Channel) throws -> Bool {
        if channel.isClosed { return true }
        guard channel.connection.isAlive else { return true }
        if isRunning, feed == nil { beginInput(channel) }
        try answerPrompt(channel)
        return false
    }

    private func beginInput(_ channel: Channel) {
        feed = InputFeed(input, after: prefix, to: channel) { [waiter, destination] problem in
            waiter.stop(RemoteError(.cancelled, destination.node, "its standard input could not be read: \(problem)"))
        }
    }

    private func answerPrompt(_ channel: Channel) throws {
        guard passwordsWanted > passwordsSent else { return }
        guard let elevation = job.elevation, let password = elevation.password, passwordsSent == 0 else {
            throw sudoFailure
        }
        passwordsSent += 1
        password.withBytes { channel.send($0 + [UInt8(ascii: "\n")]) }
    }

    private var sudoFailure: RemoteError {
        let node = destination.node
        let problem = passwordsSent == 0 ? "sudo wants a password and none was given" : "sudo did not take the password"
        return RemoteError(
            .sudoPasswordNeeded,
            node,
            problem,
            advice: "give the right password, or allow the commands with NOPASSWD in sudoers"
        )
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ stream: OutputChunk.Stream) {
        guard stream == .stderr, filter?.isDone == false, let events = filter?.feed(bytes) else {
            return keep(Array(bytes), stream)
        }
        for event in events {
            switch event {
            case .output(let bytes): keep(bytes, .stderr)
            case .began(let pid, let shell):
                leader = pid
                if let shell { connection?.loginShell = shell }
                named.fire()
            case .passwordWanted: passwordsWanted += 1
            case .running: isRunning = true
            }
        }
        waiter.fire()
    }

    private func keep(_ bytes: [UInt8], _ stream: OutputChunk.Stream) {
        clock.sawOutput()
        if stream == .stdout { stdout.append(bytes) } else { stderr.append(bytes) }
        job.onOutput?(OutputChunk(stream, bytes))
    }

    private func flushFilter() {
        let rest = filter?.finish() ?? []
        if !rest.isEmpty { keep(rest, .stderr) }
    }

    private func ending(of channel: Channel) -> CommandResult.Ending {
        if let signal = channel.exitSignal { return .signalled(signal) }
        if let status = channel.exitStatus { return .exited(status) }
        let reason = channel.connection.lossText ?? "the server closed the session without an exit status"
        return .failed(
            RemoteError(
                .connectionLost,
                destination.node,
                "the connection was lost while the command ran: \(reason)",
                advice: "the command may have run in part, or may still be running; look before running it again"
            )
        )
    }

    // MARK: Ending it early

    /// Bytes that are still taken while the remote tree is being ended.
    private static let outputWhileEnding = 1 << 20

    /// Ends the remote process tree, then the channel.
    private func end(_ channel: Channel) async {
        guard !channel.isClosed, channel.connection.isAlive else { return }
        if passwordsWanted > 0, !isRunning {
            // sudo gives up by itself when its input ends.
            channel.sendEOF()
        }
        guard filter != nil else {
            // Without a guard nobody knows the process: the server may pass a signal on, or not.
            channel.signal("TERM")
            channel.signal("KILL")
            return
        }
        let tree = RemoteTree(destination, job.elevation, pool)
        // A flood must not hold up what ends it: past this room its output waits, and what fits the window is read after.
        // What was on its way when we stopped is kept at once: after the far side has closed it could not be read.
        let onData = channel.onData
        var room = Self.outputWhileEnding
        if leader != nil {
            channel.onData = { bytes, stream in
                guard room > 0 else { return 0 }
                room -= bytes.count
                return onData?(bytes, stream) ?? bytes.count
            }
        }
        await tree.end(channel, leader: { self.leader }, named: named, within: pool.settings.endingTime)
        channel.onData = onData
        held.drain(channel)
    }
}

extension Command {
    var holdsNUL: Bool {
        switch self {
        case .loginShell(let text), .verb(let text): text.utf8.contains(0)
        case .script(let text, let arguments): text.utf8.contains(0) || arguments.contains { $0.utf8.contains(0) }
        }
    }
}

/// A mark that no output holds by chance.
enum Nonce {
    static func make() -> String {
        let digits = (0..<2).map { _ in
            let text = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits.joined()
    }
}
