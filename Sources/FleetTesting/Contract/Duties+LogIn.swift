import FleetModel
import Operations

extension RemoteShellContract {
    static let logInDuties: [Duty] = [
        Duty("an encrypted key opens with its passphrase, and not without") { bench in
            let node = try bench.node()
            try LocalCommand.output([
                "ssh-keygen", "-q", "-p", "-a", "4", "-P", "", "-N", "pass 'phrase\"$", "-f", node.key.path,
            ])
            var target = node.destination
            target.credentials = [.keyFile(path: node.key.path, passphrase: Secret("pass 'phrase\"$"))]
            try await expectLogIn(bench, target)
            target.credentials = [.keyFile(path: node.key.path, passphrase: Secret("wrong"))]
            try await expectDenied(bench, target)
            target.credentials = [.keyFile(path: node.key.path)]
            try await expectDenied(bench, target)
        },
        Duty("a key the node does not know is denied, and the error names what was offered and what is allowed") {
            bench in
            let node = try bench.node()
            let stranger = try TestKey.generate(at: bench.bed.path("stranger"))
            var target = node.destination
            target.credentials = [.keyFile(path: stranger.path)]
            let error = try await expectDenied(bench, target)
            try require(error.problem.contains(stranger.path), "the key is not named: \(error.problem)")
            try require(error.problem.contains("publickey"), "the server's methods are not named: \(error.problem)")
            try require(error.advice != nil, "the error does not say what to do")
        },
        Duty("credentials are offered in order until one fits") { bench in
            let node = try bench.node()
            let stranger = try TestKey.generate(at: bench.bed.path("stranger"))
            var target = node.destination
            target.credentials = [
                .keyFile(path: bench.bed.path("no-such-key")), .keyFile(path: stranger.path),
                .keyFile(path: node.key.path),
            ]
            try await expectLogIn(bench, target)
        },
        Duty("nothing is offered but what is given") { bench in
            let node = try bench.node()
            var target = node.destination
            target.credentials = []
            try await expectDenied(bench, target)
        },
        Duty("an agent's key logs in") { bench in
            let node = try bench.node()
            var target = node.destination
            target.credentials = [.agent(socket: try node.key.agent(in: bench.bed))]
            Scratch.remove(node.key.path)
            try await expectLogIn(bench, target)
        },
        Duty("an agent that is not there is skipped") { bench in
            let node = try bench.node()
            var target = node.destination
            target.credentials = [.agent(socket: bench.bed.path("no-agent")), .keyFile(path: node.key.path)]
            try await expectLogIn(bench, target)
        },
        Duty("a user certificate beside the key logs in", on: [.openssh]) { bench in
            let authority = try TestKey.generate(at: bench.bed.path("authority"))
            var settings = RealSSHD.Settings()
            settings.trustedUserCA = authority.path + ".pub"
            let node = try bench.node(settings: settings)
            let key = try TestKey.generate(at: bench.bed.path("certified"))
            var target = node.destination
            target.credentials = [.keyFile(path: key.path)]
            try await expectDenied(bench, target)
            try authority.sign(key, principals: [target.user.text])
            try await expectLogIn(bench, target)
        },
        Duty("an expired certificate is denied", on: [.openssh]) { bench in
            let authority = try TestKey.generate(at: bench.bed.path("authority"))
            var settings = RealSSHD.Settings()
            settings.trustedUserCA = authority.path + ".pub"
            let node = try bench.node(settings: settings)
            let key = try TestKey.generate(at: bench.bed.path("certified"))
            try authority.sign(key, principals: [node.destination.user.text], validity: "-2h:-1h")
            var target = node.destination
            target.credentials = [.keyFile(path: key.path)]
            try await expectDenied(bench, target)
        },
        Duty("a password logs in, and a wrong one is denied") { bench in
            let (node, password) = try passwordNode(bench)
            var target = node.destination
            target.credentials = [.password(password)]
            try await expectLogIn(bench, target)
            target.credentials = [.password(Secret("wrong"))]
            try await expectDenied(bench, target)
            target.credentials = [.password(Secret("wrong")), .password(password)]
            try await expectLogIn(bench, target)
        },
        Duty("hidden prompts are answered by keyboard-interactive", on: [.openssh]) { bench in
            let lines = ["UsePAM yes", "KbdInteractiveAuthentication yes", "PasswordAuthentication no"]
            let (node, password) = try passwordNode(bench, extra: lines)
            var target = node.destination
            target.credentials = [.keyboardInteractive(password)]
            try await expectLogIn(bench, target)
            target.credentials = [.keyboardInteractive(Secret("wrong"))]
            try await expectDenied(bench, target)
        },
        Duty("no secret stands in a command line or an environment on this machine", on: [.openssh]) { bench in
            let (node, password) = try passwordNode(bench)
            var target = node.destination
            target.credentials = [.password(password)]
            let text = password.withBytes { String(decoding: $0, as: UTF8.self) }
            let shell = try bench.shell()
            let seen = await shell.script(#"cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null"#, on: target)
            try require(seen.ending != .exited(255), seen.shown)
            try require(!seen.stdout.text.contains(text), "the password stands in a process's command line")
            try require(ProcessesOnNode.containing(text).isEmpty, "the password stands in a command line")
        },
    ]

    private static func passwordNode(_ bench: DutyBench, extra: [String] = []) throws -> (ServedNode, Secret) {
        var settings = RealSSHD.Settings()
        settings.allowsPassword = true
        settings.extraLines = extra
        let node = try bench.node(settings: settings, shell: "/bin/sh")
        return (node, node.account.password)
    }

    static func expectLogIn(
        _ bench: DutyBench,
        _ target: Destination,
        file: String = #fileID,
        line: Int = #line
    ) async throws {
        let result = try await bench.shell().script("echo in", on: target)
        try require(result.stdout.text, is: "in\n", result.shown, file: file, line: line)
    }

    @discardableResult
    static func expectDenied(
        _ bench: DutyBench,
        _ target: Destination,
        file: String = #fileID,
        line: Int = #line
    ) async throws -> RemoteError {
        let result = try await bench.shell().script("echo in", on: target)
        guard let error = result.error, error.kind == .authDenied else {
            throw Violation("the log-in was not denied \(result.shown)", file: file, line: line)
        }
        return error
    }
}
