package import FleetModel
package import Probes

/// Asks nodes what they are: by the gate, and where it is not there by the operate key. Stores nothing.
package struct GatherFacts: Sendable {
    private let shell: any RemoteShell
    private let entropy: @Sendable () -> UInt64

    /// - `entropy`: 64 fresh random bits for each request.
    package init(shell: any RemoteShell, entropy: @escaping @Sendable () -> UInt64) {
        self.shell = shell
        self.entropy = entropy
    }

    /// What one node said, or why it did not.
    package struct Answer: Sendable {
        package var facts: NodeFacts?
        package var route: CollectRoute?
        package var duration: Duration
        package var error: RemoteError?
    }

    /// - `deadline`: for each of the two ways.
    package func run(_ node: Node, routes: Routes, within deadline: Duration) async -> Answer {
        let first = await ask(.gate, node, routes, deadline)
        guard first.facts == nil, first.error == nil || first.error?.kind == .authDenied else { return first }
        var second = await ask(.operate, node, routes, deadline)
        second.duration += first.duration
        return second
    }

    private func ask(_ route: CollectRoute, _ node: Node, _ routes: Routes, _ deadline: Duration) async -> Answer {
        do throws(RemoteError) {
            let destination = try routes.destination(to: node, for: route == .gate ? .collect : .operate)
            let nonce = route == .gate ? ProbeNonce.facts : ProbeNonce(entropy: entropy())
            let limits = Deadlines(connect: min(deadline, .seconds(10)), login: deadline, total: deadline)
            var job = RemoteJob(
                Gate.Verb.facts.command,
                deadlines: limits,
                limits: OutputLimits(memory: 2 << 20, total: 2 << 20)
            )
            if route == .operate {
                job.command = ProbeScript.command()
                job.stdin = .bytes(ProbeScript.request(nonce, [.identity]))
            }
            let result = await shell.run(job, on: destination)
            return try Self.answer(result, nonce: nonce, route: route, node: node.name)
        } catch {
            return Answer(facts: nil, route: nil, duration: .zero, error: error)
        }
    }

    private static func answer(
        _ result: CommandResult,
        nonce: ProbeNonce,
        route: CollectRoute,
        node: NodeName
    ) throws(RemoteError) -> Answer {
        if let error = result.error { return Answer(duration: result.duration, error: error) }
        var reader = ProbeFrameReader()
        reader.expect(nonce)
        if let frame = try? reader.feed(result.stdout.head), let facts = ProbeReading.parse(frame).facts {
            return Answer(facts: facts, route: route, duration: result.duration)
        }
        // Behind the collect key this only says that the gate is not there.
        guard route == .operate else { return Answer(duration: result.duration) }
        throw RemoteError(
            .protocolError,
            node,
            "\(node): the node answered, but not with its facts",
            advice: "see which key runs what with: flotilla test \(node)"
        )
    }
}
