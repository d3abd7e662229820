import FleetModel
import Probes

/// Enrols one node: the gate, the two lines, and the proof of each by a fresh log-in.
struct EnrollNode {
    let shell: any RemoteShell
    let keys: KeyRing
    let access: EnrollAccess
    let deadlines: Deadlines
    /// A word that only this enrolling knows.
    let nonce: String

    func run(_ node: Node, routes: Routes, isJumpHost: Bool) async -> EnrollReport {
        var report = EnrollReport()
        report.isJumpHost = isJumpHost
        do {
            try await enroll(node, routes, &report)
        } catch let error as RemoteError {
            report.error = error
        } catch {
            report.error = RemoteError(.deployFailed, node.name, "\(node.name): \(error)")
        }
        return report
    }

    private func enroll(_ node: Node, _ routes: Routes, _ report: inout EnrollReport) async throws {
        var way = try routes.destination(
            to: node,
            credentials: access.credentials(operate: keys.credentials(.operate))
        )
        if try await !installGate(way, &report) {
            way.credentials = access.withoutOperate
            await shell.forget(node.name)
            guard !way.credentials.isEmpty, try await installGate(way, &report) else { throw Self.foreign(node) }
        }
        try await installLines(way, &report)
        if try await !prove(node, routes, &report), report.dialect == .restrict {
            // A server that knows no `restrict` ignores the whole line, so it is written the long way.
            report.dialect = .plain
            try await installLines(way, &report)
            if try await !prove(node, routes, &report) {
                report.dialect = .restrict
                try await installLines(way, &report)
            }
        }
        guard !report.isEnrolled else { return }
        throw RemoteError(
            .authDenied,
            node.name,
            "\(node.name): the lines are in its authorized_keys, but its server does not take the "
                + (report.operateProven ? "collect key" : report.collectProven ? "operate key" : "keys"),
            advice: "look at AuthorizedKeysFile, PubkeyAuthentication and StrictModes of its sshd (`sshd -T`), "
                + "and whether others can write to the home folder of \(node.user)"
        )
    }

    /// - Returns: false when something else than a shell answered.
    private func installGate(_ way: Destination, _ report: inout EnrollReport) async throws -> Bool {
        let job = RemoteJob(Gate.installation, stdin: .bytes(Array(Gate.script.utf8)), deadlines: deadlines)
        let result = await shell.run(job, on: way)
        if let error = result.error { throw error }
        if let gate = Gate.Installed(result.stdout.head) {
            report.isGateInPlace = gate.isCurrent
            guard gate.isCurrent else { throw failed(way.node, "the gate on the node is not what was sent", "") }
            return true
        }
        if GateRefusal(result) != nil { return false }
        guard result.isSuccess else { throw failed(way.node, "the gate could not be written", result.stderr.text) }
        return false
    }

    private func installLines(_ way: Destination, _ report: inout EnrollReport) async throws {
        let installation = AuthorizedKeysInstallation(
            keys: keys,
            isJumpHost: report.isJumpHost,
            dialect: report.dialect
        )
        let result = await shell.run(RemoteJob(installation.command(nonce: nonce), deadlines: deadlines), on: way)
        if let error = result.error { throw error }
        switch AuthorizedKeysInstallation.answer(result, nonce: nonce) {
        case .done(let isNew): report.isNew = report.isNew || isNew
        case .diskFull: throw failed(way.node, "authorized_keys could not be written", "no space left")
        case .failed(let why): throw failed(way.node, "authorized_keys could not be written", why)
        case .foreign: throw failed(way.node, "authorized_keys could not be written", result.stderr.text)
        }
    }

    /// Both keys by log-ins of their own. - Returns: false when the server refused one; throws for all other trouble.
    private func prove(_ node: Node, _ routes: Routes, _ report: inout EnrollReport) async throws -> Bool {
        await shell.forget(node.name)
        let operate = try routes.destination(to: node, credentials: [.keyFile(path: keys.newest(.operate).path)])
        let marker = "flotilla-" + nonce
        let echo = await shell.run(RemoteJob(.loginShell("echo " + marker), deadlines: deadlines), on: operate)
        if let error = echo.error, error.kind != .authDenied { throw error }
        report.operateProven = echo.stdout.text.contains(marker)

        let collect = try routes.destination(
            to: node,
            credentials: [.keyFile(path: keys.newest(.collect).path)],
            purpose: .collect
        )
        let version = await shell.run(RemoteJob(Gate.Verb.version.command, deadlines: deadlines), on: collect)
        if let error = version.error, error.kind != .authDenied { throw error }
        report.collectProven = Gate.Installed(version.stdout.head)?.isCurrent == true
        await shell.forget(node.name)
        if !report.operateProven, echo.error == nil { throw Self.overridden(node, "operate") }
        if !report.collectProven, version.error == nil { throw Self.overridden(node, "collect") }
        return report.operateProven && report.collectProven
    }

    private func failed(_ node: NodeName, _ what: String, _ why: String) -> RemoteError {
        let line = why.split(separator: "\n").last.map { ": " + String($0.prefix(300)) } ?? ""
        let isFull = why.lowercased().contains("no space left") || why.lowercased().contains("quota exceeded")
        return RemoteError(
            isFull ? .diskFull : .deployFailed,
            node,
            "\(node): \(what)\(line)",
            advice: isFull
                ? "make room on the node (df -h ~), then run it again; its authorized_keys is as it was" : nil
        )
    }

    private static func foreign(_ node: Node) -> RemoteError {
        RemoteError(
            .refusedByGate,
            node.name,
            "\(node.name): the log-in runs a forced command, not a shell, so nothing can be installed",
            advice:
                "give a way in that runs commands: flotilla enroll \(node.name) --ask-password, --agent or --identity FILE"
        )
    }

    /// The key opens the door, and something else stands behind it.
    private static func overridden(_ node: Node, _ key: String) -> RemoteError {
        RemoteError(
            .refusedByGate,
            node.name,
            "\(node.name): the \(key) key logs in, but the server runs something else for it",
            advice: "look for ForceCommand in its sshd_config, and for the same key in another AuthorizedKeysFile"
        )
    }
}
