package import FleetModel
import Probes

/// Says of a node what can be reached with which key, and what to do where something cannot.
package struct ReachTest: Sendable {
    private let shell: any RemoteShell
    private let deadlines: Deadlines

    package init(shell: any RemoteShell, timeout: Duration) {
        self.shell = shell
        self.deadlines = Deadlines(connect: min(timeout, .seconds(10)), login: timeout, total: timeout)
    }

    /// - `marker`: a fresh word that only this test knows, echoed by a node that runs commands.
    package func run(_ node: Node, routes: Routes, marker: String) async -> ReachReport {
        let operate = await operateAnswer(node, routes: routes, marker: marker)
        if case .failed(let error) = operate, error.kind != .authDenied {
            return ReachReport(operate: operate, collect: .failed(error))
        }
        return ReachReport(operate: operate, collect: await collectAnswer(node, routes: routes))
    }

    private func operateAnswer(_ node: Node, routes: Routes, marker: String) async -> ReachReport.Answer {
        do throws(RemoteError) {
            let destination = try routes.destination(to: node, for: .operate)
            let result = await shell.run(
                RemoteJob(.loginShell("echo " + marker), deadlines: deadlines),
                on: destination
            )
            if let error = result.error { return .failed(error) }
            if result.stdout.text.contains(marker) { return .commands }
            return Self.forced(result)
        } catch {
            return .failed(error)
        }
    }

    private func collectAnswer(_ node: Node, routes: Routes) async -> ReachReport.Answer {
        do throws(RemoteError) {
            let destination = try routes.destination(to: node, for: .collect)
            let result = await shell.run(RemoteJob(Gate.Verb.version.command, deadlines: deadlines), on: destination)
            if let error = result.error { return .failed(error) }
            if let gate = Gate.Installed(result.stdout.head) { return .gate(isCurrent: gate.isCurrent) }
            return Self.forced(result)
        } catch {
            return .failed(error)
        }
    }

    private static func forced(_ result: CommandResult) -> ReachReport.Answer {
        switch GateRefusal(result) {
        case .notInstalled: .gateMissing
        case .seedLine: .pulse
        case .refused, nil: .odd(exit: result.ending)
        }
    }
}

/// What the two keys found.
package struct ReachReport: Hashable, Sendable {
    package enum Answer: Hashable, Sendable {
        /// Commands run.
        case commands
        /// The gate answers; false: it is not this program's own, unchanged.
        case gate(isCurrent: Bool)
        /// The collect key's line is there, the gate behind it is not.
        case gateMissing
        /// The seed's forced command answers, whatever is asked.
        case pulse
        /// Something else answers.
        case odd(exit: CommandResult.Ending)
        case failed(RemoteError)
    }

    package let operate: Answer
    package let collect: Answer

    /// True when the node can be commanded or collected by some way.
    package var isReachable: Bool {
        switch (operate, collect) {
        case (.commands, _), (.pulse, _), (_, .pulse), (_, .gate): true
        default: false
        }
    }

    /// The error to report: the operate key's first.
    package var error: RemoteError? {
        if isReachable { return nil }
        if case .failed(let error) = operate { return error }
        if case .failed(let error) = collect { return error }
        return nil
    }

    /// What to do next, most useful first.
    ///
    /// - `node`: the node, or several as a selector for the shell.
    package func advice(for node: String) -> [String] {
        switch (operate, collect) {
        case (.commands, .gate(isCurrent: true)): []
        case (.commands, .gate):
            ["the gate on the node is another version or was changed; to renew it: flotilla enroll \(node)"]
        case (.commands, .gateMissing), (.commands, .failed), (.commands, .odd), (.commands, .commands):
            ["collection goes with the operate key; for a key that can only probe: flotilla enroll \(node)"]
        case (.pulse, _), (_, .pulse):
            [
                "the node's forced command answers with its pulse: it can be collected, not commanded; to change that: flotilla enroll \(node)"
            ]
        case (.failed(let error), .gate):
            ["it can be collected, not commanded: " + (error.advice ?? error.problem)]
        default:
            error.map { [$0.advice].compactMap { $0 } } ?? [
                "add the lines of `flotilla keys list` to its authorized_keys, or: flotilla enroll \(node)"
            ]
        }
    }
}
