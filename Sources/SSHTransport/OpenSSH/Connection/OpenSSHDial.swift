import FleetModel
import Glibc
import Logging
import Operations
import Synchronization

/// Makes one connection: attempt after attempt with each kind of credential, asking for trust before any of them.
struct OpenSSHDial: Sendable {
    let destination: Destination
    let deadlines: Deadlines
    /// The connection to the jump host before it.
    let jump: OpenSSHConnection?
    let settings: OpenSSHSettings
    let trust: any HostKeyTrust
    let logIns: OpenSSHLogIns
    let readiness: Readiness
    let folder: String
    let channels: Int

    private enum Outcome {
        case ready(OpenSSHConnection)
        case denied(methods: String?, complaint: String)
        case turnedAway(String)
    }

    /// - Throws: `RemoteError`.
    func connect() async throws -> OpenSSHConnection {
        var denials: [(offered: String, methods: String?, complaint: String)] = []
        for attempt in SSHAttempt.attempts(for: destination.credentials) {
            switch try await patiently(attempt) {
            case .ready(let connection): return connection
            case .denied(let methods, let complaint): denials.append((attempt.offered, methods, complaint))
            case .turnedAway(let reason):
                throw RemoteError(
                    .throttled,
                    destination.node,
                    "\(place) hung up before the log-in again and again: \(reason)",
                    advice: "raise MaxStartups in its sshd_config, or try again when it has less to do"
                )
            }
        }
        throw denied(denials)
    }

    /// Repeats an attempt while the far side hangs up before the log-in, until the log-in deadline.
    private func patiently(_ attempt: SSHAttempt) async throws -> Outcome {
        let clock = settings.clock
        let start = clock.now
        var pause = Duration.milliseconds(100)
        let lane = OpenSSHLogIns.lane(host: laneHost, port: destination.port.number)
        while true {
            try await logIns.enter(lane)
            var turnedAway: Bool?
            let outcome: Outcome
            do {
                defer { logIns.leave(lane, turnedAway: turnedAway) }
                outcome = try await once(attempt)
                if case .turnedAway = outcome { turnedAway = true } else { turnedAway = false }
            }
            guard case .turnedAway = outcome, start.duration(to: clock.now) < deadlines.login ?? .seconds(60) else {
                return outcome
            }
            try await clock.sleep(for: pause * Double.random(in: 0.5...1.5))
            pause = min(pause * 2, .seconds(2))
        }
    }

    private var laneHost: String { destination.path.first?.host.text ?? destination.host.text }
    private var place: String { "\(destination.host.joined(to: destination.port))" }

    private func once(_ attempt: SSHAttempt) async throws -> Outcome {
        let name = folder + "/" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        guard mkdir(name, 0o700) == 0 else { throw cannotStart(errno) }
        let process: SSHProcess
        let questions: SSHQuestions
        do {
            questions = try SSHQuestions(folder: name + "/q", readiness: readiness)
            let invocation = SSHInvocation(
                destination: destination,
                attempt: attempt,
                control: name + "/s",
                questions: questions.folder,
                jumpControl: jump?.control,
                program: settings.program
            )
            process = try SSHProcess(
                program: settings.program,
                arguments: invocation.arguments,
                environment: invocation.environment(from: settings.environment)
            )
        } catch {
            rmdir(name)
            throw cannotStart(error.code)
        }
        return try await follow(process, questions, attempt, name)
    }

    private enum Verdict: Sendable {
        case ready
        case ended
        case late
        case distrusted(any Error)
    }

    private func follow(
        _ process: SSHProcess,
        _ questions: SSHQuestions,
        _ attempt: SSHAttempt,
        _ name: String
    ) async throws -> Outcome {
        let log = LogBook()
        let failuresBefore = jump?.forwardFailure.number
        let examined = ExaminedKey()
        let verdict = await withTaskGroup(of: Verdict?.self) { group in
            group.addTask { await listen(to: process, log) }
            group.addTask { await answer(questions, attempt, examined) }
            group.addTask { await watchConnect(log) }
            group.addTask { await watchLogIn(log) }
            defer { group.cancelAll() }
            while let verdict = await group.next() {
                if let verdict { return verdict }
            }
            return .ended
        }
        if case .ready = verdict {
            return .ready(
                OpenSSHConnection(
                    process,
                    log: log.current,
                    control: name + "/s",
                    folder: name,
                    hostKey: examined.key,
                    channels: channels,
                    readiness: readiness
                )
            )
        }
        process.end()
        unlink(name + "/s")
        // The folder of the questions inside goes with the last reference to it.
        defer { withExtendedLifetime(questions) {} }
        try Task.checkCancellation()
        if let last = jump?.forwardFailure, last.number != failuresBefore, log.current.stage < .speaking {
            // The inner ssh only sees its stream end: the jump host's connection knows why.
            log.note(last.text)
        }
        return try fail(verdict, log.current)
    }

    private func listen(to process: SSHProcess, _ log: LogBook) async -> Verdict? {
        while let bytes = await SSHMessages.read(process.messages, readiness) {
            if log.read(bytes) == .ready { return .ready }
        }
        return Task.isCancelled ? nil : .ended
    }

    private func answer(_ questions: SSHQuestions, _ attempt: SSHAttempt, _ examined: ExaminedKey) async -> Verdict? {
        var asked: [String: Int] = [:]
        while let question = try? await questions.next() {
            switch question {
            case .trust(let key):
                do {
                    try await trust.examine(key, of: destination)
                    examined.key = key
                    questions.replyTrusted()
                } catch {
                    questions.reply(nil)
                    return .distrusted(error)
                }
            case .secret(let prompt):
                // A prompt that comes again means that the secret was wrong.
                asked[prompt, default: 0] += 1
                questions.reply(asked[prompt] == 1 && examined.key != nil ? secret(for: prompt, attempt) : nil)
            }
        }
        return nil
    }

    private func secret(for prompt: String, _ attempt: SSHAttempt) -> Secret? {
        switch attempt.kind {
        case .none, .agent: return nil
        case .keys:
            return attempt.files.first { prompt.hasPrefix("Enter passphrase for key '\($0.path)'") }?.passphrase
        case .password(let secret), .keyboardInteractive(let secret): return secret
        }
    }

    /// Returns when nobody accepted the TCP connection in time. Behind a jump host there is none of our own.
    private func watchConnect(_ log: LogBook) async -> Verdict? {
        guard let connect = deadlines.connect, jump == nil else { return nil }
        guard (try? await settings.clock.sleep(for: connect)) != nil else { return nil }
        return log.current.stage == .connecting ? .late : nil
    }

    /// Returns when the log-in, from the TCP connection on, took too long.
    private func watchLogIn(_ log: LogBook) async -> Verdict? {
        guard let login = deadlines.login else { return nil }
        if jump == nil { await log.untilConnected() }
        return (try? await settings.clock.sleep(for: login)) == nil ? nil : .late
    }

    private func fail(_ verdict: Verdict, _ log: SSHLog) throws -> Outcome {
        switch verdict {
        case .distrusted(let error): throw error
        case .late: throw late(log.stage)
        case .ready, .ended: break
        }
        let failure = log.failure(isBehindJump: jump != nil)
        switch failure.kind {
        case .authDenied: return .denied(methods: log.methods, complaint: log.unreadableKeys.last ?? failure.reason)
        case .closedEarly where log.stage < .loggingIn: return .turnedAway(failure.reason)
        default:
            throw RemoteError(
                failure.kind,
                destination.node,
                "\(place): \(failure.reason)",
                advice: advice(failure.kind)
            )
        }
    }
}

/// What ssh has said so far, shared by the one who reads and the one who watches the time.
final class LogBook: Sendable {
    private let log = Mutex(SSHLog())
    private let (connected, connectedSign) = AsyncStream<Never>.makeStream()

    /// Returns when the far side accepted the connection, or the task is cancelled.
    func untilConnected() async {
        for await _ in connected {}
    }

    var current: SSHLog { log.withLock { $0 } }

    func note(_ line: String) { log.withLock { $0.take(line) } }

    func read(_ bytes: [UInt8]) -> SSHLog.Stage {
        log.withLock { log in
            log.read(bytes)
            if log.stage >= .connected { connectedSign.finish() }
            return log.stage
        }
    }
}

/// The host key that was examined and trusted.
final class ExaminedKey: Sendable {
    private let stored = Mutex<HostKey?>(nil)

    var key: HostKey? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
