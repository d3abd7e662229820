import FleetModel
import Operations
import Synchronization

/// One job on one node, from the connection to the result.
struct OpenSSHJob: Sendable {
    let job: RemoteJob
    let destination: Destination
    let pool: OpenSSHPool
    let clock: ContinuousClock

    private enum Stop: Sendable {
        case finished(CommandResult.Ending)
        case late(RemoteError.Code, Duration)
        case badInput(String)
        case passwordWanted(wasGiven: Bool)
    }

    func run() async -> CommandResult {
        let times = JobTimes(job.deadlines, clock: clock)
        let output = JobOutput(job, node: destination.node)
        let nonce = "flotilla-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        let marks = JobMarks(nonce: nonce, isElevated: job.elevation != nil, isGuarded: isGuarded)
        let ending = await ending(times, output, marks)
        let kept = output.finish()
        return CommandResult(ending: ending, stdout: kept.stdout, stderr: kept.stderr, duration: times.elapsed)
    }

    private var isGuarded: Bool {
        if case .verb = job.command { false } else { true }
    }

    private func ending(_ times: JobTimes, _ output: JobOutput, _ marks: JobMarks) async -> CommandResult.Ending {
        do {
            try Task.checkCancellation()
            let (line, prefix) = line(marks)
            let source = try JobInput(job.stdin, after: prefix, node: destination.node)
            guard let channel = try await start(line, times) else {
                return .failed(late(.timeout, job.deadlines.total ?? .zero, after: "before the command began"))
            }
            times.commandStarted()
            return await follow(channel, source, times, output, marks)
        } catch let error as RemoteError {
            return .failed(error)
        } catch is CancellationError {
            return .failed(cancelled)
        } catch {
            return .failed(RemoteError(.protocolError, destination.node, "ssh broke the protocol: \(error)"))
        }
    }

    /// What the log-in shell gets, and what goes before the job's own stdin.
    private func line(_ marks: JobMarks) -> (String, [UInt8]) {
        func line(_ command: Command) -> String {
            ShellEnvelope.line(for: command, nonce: isGuarded ? marks.nonce : nil, elevation: job.elevation)
        }
        let plain = line(job.command)
        guard let shortened = LongScript.shortened(job.command, line: plain) else { return (plain, []) }
        return (line(shortened.command), shortened.prefix)
    }

    /// The channel with the accepted command; nil when the whole time was over before.
    private func start(_ line: String, _ times: JobTimes) async throws -> MuxChannel? {
        let starter = OpenSSHStart(pool: pool, destination: destination, deadlines: job.deadlines)
        return try await withThrowingTaskGroup(of: MuxChannel?.self) { group in
            group.addTask { try await starter.start(line) }
            group.addTask {
                while await times.untilLate() == nil { try await Task.sleep(for: .seconds(3600)) }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func follow(
        _ channel: MuxChannel,
        _ source: JobInput,
        _ times: JobTimes,
        _ output: JobOutput,
        _ marks: JobMarks
    ) async -> CommandResult.Ending {
        let stop = await withTaskGroup(of: Stop?.self) { group -> Stop? in
            group.addTask { await read(channel, times, output, marks) }
            group.addTask { await feed(source, to: channel, marks) }
            group.addTask { await times.untilLate().map { .late($0.code, $0.limit) } }
            defer { group.cancelAll() }
            while let stop = await group.next() {
                if let stop { return stop }
            }
            return nil
        }
        switch stop {
        case .finished(let ending):
            await channel.close()
            return ending
        case nil: return await cut(channel, output, marks, because: cancelled)
        case .late(let code, let limit): return await cut(channel, output, marks, because: late(code, limit, after: ""))
        case .badInput(let reason):
            return await cut(
                channel,
                output,
                marks,
                because: RemoteError(.cancelled, destination.node, "stdin: \(reason)")
            )
        case .passwordWanted(let wasGiven):
            return await cut(channel, output, marks, because: passwordNeeded(wasGiven: wasGiven))
        }
    }

    /// Ends what runs on the node, then the channel. Runs to its end also when the task is cancelled.
    private func cut(
        _ channel: MuxChannel,
        _ output: JobOutput,
        _ marks: JobMarks,
        because error: RemoteError
    ) async -> CommandResult.Ending {
        let ending = OpenSSHTreeEnding(
            pool: pool,
            destination: destination,
            elevation: job.elevation,
            channel: channel,
            marks: marks,
            output: output,
            clock: clock,
            limit: pool.settings.endingTime
        )
        await Task { await ending.run() }.value
        return .failed(error)
    }

    // MARK: reading

    private func read(
        _ channel: MuxChannel,
        _ times: JobTimes,
        _ output: JobOutput,
        _ marks: JobMarks
    ) async -> Stop? {
        var ending: CommandResult.Ending?
        do {
            while true {
                switch try await channel.next() {
                case .output(let chunk):
                    times.byteCame(unless: chunk, marks)
                    await job.flow?.untilReleased()
                    if let stop = try await take(chunk, channel, output, marks) { return stop }
                case .exited(let code): ending = .exited(code)
                case .signalled(let name): ending = .signalled(name)
                case .closed:
                    output.add(.stderr, marks.finish())
                    return .finished(ending ?? .failed(lost("the node closed the channel without an exit code")))
                default: continue
                }
            }
        } catch is CancellationError {
            return nil
        } catch {
            output.add(.stderr, marks.finish())
            return .finished(ending ?? .failed(lost("the connection was lost while the command ran")))
        }
    }

    private func take(
        _ chunk: OutputChunk,
        _ channel: MuxChannel,
        _ output: JobOutput,
        _ marks: JobMarks
    ) async throws -> Stop? {
        guard chunk.stream == .stderr else {
            output.add(.stdout, chunk.bytes)
            return nil
        }
        for event in marks.feed(chunk.bytes) {
            switch event {
            case .output(let bytes): output.add(.stderr, bytes)
            case .began, .running: break
            case .passwordWanted:
                guard let password = job.elevation?.password, marks.passwordsSent == 0 else {
                    return .passwordWanted(wasGiven: job.elevation?.password != nil)
                }
                marks.passwordSent()
                _ = try await channel.write(password.withBytes { $0 + [0x0A] })
            }
        }
        return nil
    }

    private func feed(_ source: JobInput, to channel: MuxChannel, _ marks: JobMarks) async -> Stop? {
        // Under sudo the first line of stdin may be the password: the input waits until the command itself runs.
        if job.elevation != nil { await marks.untilRunning() }
        do {
            while let bytes = try await source.next() {
                guard try await channel.write(bytes) else { return nil }
            }
            try await channel.sendEOF()
        } catch let failure as JobInput.Unreadable {
            return .badInput(failure.reason)
        } catch is CancellationError {
            return nil
        } catch is MuxSocket.Gone {
            return nil
        } catch {
            return .badInput("\(error)")
        }
        return nil
    }

    // MARK: errors

    private func lost(_ problem: String) -> RemoteError {
        RemoteError(
            .connectionLost,
            destination.node,
            problem,
            advice: "whether the command finished is not known; look on the node before running it again"
        )
    }

    private var cancelled: RemoteError {
        RemoteError(.cancelled, destination.node, "the command was cancelled; what ran on the node was ended")
    }

    private func late(_ code: RemoteError.Code, _ limit: Duration, after: String) -> RemoteError {
        let what =
            switch code {
            case .firstByteTimeout: "the command said nothing within \(limit)"
            case .idleTimeout: "the command said nothing more for \(limit)"
            default: "the command was not done within \(limit)"
            }
        return RemoteError(
            code,
            destination.node,
            after.isEmpty ? what : "\(what), \(after)",
            advice: "give it more time if it needs it"
        )
    }

    private func passwordNeeded(wasGiven: Bool) -> RemoteError {
        RemoteError(
            .sudoPasswordNeeded,
            destination.node,
            wasGiven ? "sudo did not accept the password" : "sudo wants a password and none was given",
            advice: "give the password of \(destination.user.text), or allow the command without one in sudoers"
        )
    }
}
