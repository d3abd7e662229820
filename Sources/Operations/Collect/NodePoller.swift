package import FleetModel
package import Probes

/// Polls one node over a channel that stays open, and finds the way to its figures by itself: the gate with the collect
/// key, else the probe with the operate key, else the seed's forced command. One poll at a time.
package actor NodePoller {
    private let shell: any RemoteShell
    private let now: @Sendable () -> Timestamp
    private let entropy: @Sendable () -> UInt64
    private var route: CollectRoute?
    private var stream: (any RemoteStream)?
    private var reader = ProbeFrameReader()
    private var agenda = ProbeAgenda(profile: nil)
    private var memory = ProbeMemory()
    private var pulse = PulseMemory()
    private var processors = ProcessorShare()
    private var clocks = ClockFilter()
    private var profile: Node.Profile?
    /// What the node last said it is.
    package private(set) var facts: NodeFacts?

    /// - `entropy`: 64 fresh random bits for each request.
    package init(
        shell: any RemoteShell,
        now: @escaping @Sendable () -> Timestamp,
        entropy: @escaping @Sendable () -> UInt64
    ) {
        self.shell = shell
        self.now = now
        self.entropy = entropy
    }

    /// One poll. Its trouble is in the outcome; nothing is thrown.
    package func poll(_ node: Node, routes: Routes, within deadline: Duration) async -> NodePoll {
        if node.profile != profile { adopt(node.profile) }
        let sent = now()
        do {
            let samples = try await figures(of: node, routes: routes, deadline: deadline, sent: sent)
            return NodePoll(node: node, began: sent, ended: now(), samples: samples, route: route, profile: found(node))
        } catch {
            await close()
            return NodePoll(node: node, began: sent, ended: now(), error: Self.remoteError(error, node), route: route)
        }
    }

    /// False: the next poll has to log in, or at least to start the probe.
    package var isWarm: Bool { stream != nil || route == .seed }

    /// Ends the channel; the connection stays with the shell.
    package func close() async {
        let open = stream
        stream = nil
        await open?.close()
    }

    private func adopt(_ profile: Node.Profile?) {
        self.profile = profile
        agenda = ProbeAgenda(profile: profile)
    }

    /// A node without a profile that answers with the pulse is a Pipe node.
    private func found(_ node: Node) -> Node.Profile? {
        node.profile == nil && pulse.hasAnswered ? .pipe : nil
    }

    private func figures(of node: Node, routes: Routes, deadline: Duration, sent: Timestamp) async throws -> [Sample] {
        if route == .seed {
            if let samples = try await seedFigures(of: node, routes: routes, deadline: deadline) { return samples }
            // The forced command is gone: the other ways are looked for again.
            route = nil
        }
        let samples = try await probeFigures(of: node, routes: routes, deadline: deadline, sent: sent)
        // The seed's answer is the pulse already.
        if route == .seed { return samples }
        guard pulse.isDue(at: sent, profile: node.profile) else { return samples + pulse.samples }
        pulse.took(await askPulse(node, routes: routes, deadline: deadline), at: sent)
        return samples + pulse.samples
    }

    /// A first contact may wait behind many others for its turn to log in; that says nothing about the node, and giving
    /// up would only put it at the end of the queue again, round after round.
    private static let longestQueue = Duration.seconds(600)

    // MARK: The probe

    private func probeFigures(of node: Node, routes: Routes, deadline: Duration, sent: Timestamp) async throws
        -> [Sample]
    {
        if let stream {
            do {
                return try await exchange(stream, deadline: deadline, sent: sent)
            } catch let error as RemoteError where error.kind == .connectionLost {
                // A warm channel that died since the last poll: one fresh try, a poll has no effect to repeat.
                await close()
            } catch is ProbeUnanswered {
                await close()
            }
        }
        return try await openAndExchange(node, routes: routes, deadline: deadline)
    }

    private func openAndExchange(_ node: Node, routes: Routes, deadline: Duration) async throws -> [Sample] {
        let candidates: [CollectRoute] = route.map { [$0] } ?? [.gate, .operate]
        var last: (any Error)?
        var somethingElseAnswers = false
        for candidate in candidates {
            do {
                let samples = try await attempt(candidate, node, routes: routes, deadline: deadline)
                route = candidate
                return samples
            } catch let error as RemoteError where error.kind == .connectionLost && stream != nil {
                // The stream was open: a forced command that ends at once looks like this to whoever sends to it.
                await close()
                somethingElseAnswers = true
            } catch let error where Self.meansAnotherWay(error) {
                await close()
                if error is ProbeUnanswered { somethingElseAnswers = true } else { last = error }
            }
        }
        route = nil
        if somethingElseAnswers, let samples = try await seedFigures(of: node, routes: routes, deadline: deadline) {
            route = .seed
            return samples
        }
        throw last ?? Self.noFigures(node)
    }

    private static func noFigures(_ node: Node) -> RemoteError {
        RemoteError(
            .protocolError,
            node.name,
            "\(node.name): neither key answers with figures",
            advice: "see what is wrong with: flotilla test \(node.name)"
        )
    }

    private func attempt(_ candidate: CollectRoute, _ node: Node, routes: Routes, deadline: Duration) async throws
        -> [Sample]
    {
        let purpose: KeyPurpose = candidate == .gate ? .collect : .operate
        let command: Command = candidate == .gate ? Gate.Verb.probeStream.command : ProbeScript.command()
        let destination = try routes.destination(to: node, for: purpose)
        let limits = Deadlines(connect: deadline, login: deadline, total: deadline, queue: Self.longestQueue)
        let stream = try await shell.open(command, on: destination, deadlines: limits)
        self.stream = stream
        reader = ProbeFrameReader()
        agenda.reset()
        return try await exchange(stream, deadline: deadline, sent: now())
    }

    private func exchange(_ stream: any RemoteStream, deadline: Duration, sent: Timestamp) async throws -> [Sample] {
        let nonce = ProbeNonce(entropy: entropy())
        reader.expect(nonce)
        do {
            try await stream.send(ProbeScript.request(nonce, agenda.due(at: sent)))
            while let chunk = try await stream.next(within: deadline) {
                guard chunk.stream == .stdout else { continue }
                guard let frame = try reader.feed(chunk.bytes) else { continue }
                return take(frame, sent: sent)
            }
        } catch {
            agenda.reset()
            throw error
        }
        throw ProbeUnanswered()
    }

    private func take(_ frame: ProbeFrame, sent: Timestamp) -> [Sample] {
        let arrived = now()
        let reading = ProbeReading.parse(frame)
        if let found = reading.facts { facts = found }
        var samples = memory.complete(reading, at: arrived)
        samples += processors.sample(from: samples)
        if let clock = reading.clock, let offset = clocks.offset(clock, sent: sent, arrived: arrived) {
            samples.append(Sample("flotilla_clock_offset_seconds", [], offset))
        }
        return samples
    }

    /// Errors that say "not by this key": the next way is tried. Everything else is about the node itself.
    private static func meansAnotherWay(_ error: any Error) -> Bool {
        error is ProbeUnanswered || (error as? RemoteError)?.kind == .authDenied
    }

    private static func remoteError(_ error: any Error, _ node: Node) -> RemoteError {
        if let error = error as? RemoteError { return error }
        if error is CancellationError {
            return RemoteError(.cancelled, node.name, "\(node.name): the poll was stopped")
        }
        if let error = error as? any Explained {
            return RemoteError(.protocolError, node.name, "\(node.name): \(error.problem)", advice: error.advice)
        }
        return RemoteError(.protocolError, node.name, "\(node.name): the poll failed: \(error)")
    }

    // MARK: The pulse of a Pipe node

    /// Whatever is asked, the seed's forced command answers with the status text and the pulse.
    private func seedFigures(of node: Node, routes: Routes, deadline: Duration) async throws -> [Sample]? {
        for purpose in [KeyPurpose.collect, .operate] {
            let destination = try routes.destination(to: node, for: purpose)
            let limits = Deadlines(total: deadline, queue: Self.longestQueue)
            let job = RemoteJob(Gate.Verb.popPulse.command, deadlines: limits)
            let result = await shell.run(job, on: destination)
            guard let samples = Pulse.parse(result.stdout.head)?.samples else { continue }
            pulse.took(samples, at: now())
            return samples
        }
        return nil
    }

    private func askPulse(_ node: Node, routes: Routes, deadline: Duration) async -> [Sample]? {
        let purpose: KeyPurpose = route == .gate ? .collect : .operate
        let command: Command = route == .gate ? Gate.Verb.popPulse.command : PulseMemory.script
        guard let destination = try? routes.destination(to: node, for: purpose) else { return nil }
        let result = await shell.run(RemoteJob(command, deadlines: Deadlines(total: deadline)), on: destination)
        return Pulse.parse(result.stdout.head)?.samples
    }
}

/// The command ended before it gave a frame: no probe behind this key.
private struct ProbeUnanswered: Explained {
    var code: String { "probe.unanswered" }
    var problem: String { "the probe gave no answer" }
    var advice: String? { nil }
}
