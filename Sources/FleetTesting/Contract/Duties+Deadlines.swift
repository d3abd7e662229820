import FleetModel
import Operations

extension RemoteShellContract {
    static let deadlineDuties: [Duty] = [
        Duty("a far side that drops packets is a connect timeout", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            let target = try destination("dropped", OddServer.dropper(in: bench.bed), key)
            let result = try await bench.shell().script(
                "true",
                on: target,
                deadlines: .init(connect: .milliseconds(500), total: .seconds(240))
            )
            try require(result.error?.kind, is: .connectTimeout, result.shown)
        },
        Duty("a far side that never speaks is a banner timeout", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            let target = try destination("silent", OddServer.blackHole(in: bench.bed), key)
            let result = try await bench.shell().script(
                "true",
                on: target,
                deadlines: .patient(login: .milliseconds(700))
            )
            try require(result.error?.kind, is: .bannerTimeout, result.shown)
        },
        Duty("a log-in that hangs is a log-in timeout", on: [.openssh]) { bench in
            var settings = RealSSHD.Settings()
            // The server asks a command that hangs as long as the test's folder is there.
            let hang = "/bin/sh -c \"while test -e \(bench.bed.folder); do sleep 0.2; done\""
            settings.extraLines = ["AuthorizedKeysCommand \(hang)", "AuthorizedKeysCommandUser nobody"]
            let node = try bench.node(settings: settings)
            // A key that the file does not hold, so that the server goes on to ask the command.
            let stranger = try TestKey.generate(at: bench.bed.path("stranger"))
            var target = node.destination
            target.credentials = [.keyFile(path: stranger.path)]
            let shell = try bench.shell()
            try await TestLimit.growing { limit in
                let result = await shell.script("true", on: target, deadlines: .patient(login: limit))
                return result.error?.kind == .authTimeout ? nil : result.shown
            }
        },
        Duty("each deadline of the work has its own error, and what came before is kept") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            try await expectWarm(shell, node.destination)
            let cases: [(String, @Sendable (Duration) -> Deadlines, RemoteError.Code, String)] = [
                ("sleep 300", { .patient(firstByte: $0) }, .firstByteTimeout, ""),
                ("echo one; sleep 300", { .patient(idle: $0) }, .idleTimeout, "one\n"),
                ("echo one; sleep 300", { .patient(total: $0) }, .timeout, "one\n"),
            ]
            for (script, deadlines, code, output) in cases {
                try await TestLimit.growing { limit in
                    let result = await shell.script(script, on: node.destination, deadlines: deadlines(limit))
                    try require(result.error?.kind, is: code, result.shown)
                    return result.stdout.text == output ? nil : "after \(code) \(result.shown)"
                }
            }
        },
        Duty("output that keeps coming is not idle, and a quick start is no late first byte") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            try await expectWarm(shell, node.destination)
            // The whole takes longer than the limit, each pause much less.
            let pauses = [(Duration.milliseconds(1500), "0.25"), (.seconds(10), "1.6"), (.seconds(60), "10")]
            try await TestLimit.growing(pauses.map(\.0)) { limit in
                let pause = pauses.first { $0.0 == limit }?.1 ?? ""
                let result = await shell.script(
                    "for i in 1 2 3 4 5 6 7; do echo $i; sleep \(pause); done",
                    on: node.destination,
                    deadlines: .patient(firstByte: limit, idle: limit)
                )
                return result.ending == .exited(0) ? nil : result.shown
            }
        },
        Duty("a port where nobody listens is a refusal", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            let result = try await bench.shell().script("true", on: destination("none", TestPort.free(), key))
            try require(result.error?.kind, is: .connectRefused, result.shown)
            try require(result.error?.advice != nil, "the error does not say what to do")
        },
        Duty("a name that does not resolve is said to be that", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            var target = try destination("nowhere", .ssh, key)
            target.host = try HostAddress("no-such-host.invalid")
            let result = try await bench.shell().script(
                "true",
                on: target,
                deadlines: .patient()
            )
            try require(result.error?.kind, is: .unresolved, result.shown)
        },
        Duty("a far side that is no SSH server is told apart from one", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            let web = try OddServer.speaker(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), in: bench.bed)
            let deadlines = Deadlines.patient(login: .seconds(1))
            let result = try await bench.shell().script("true", on: destination("web", web, key), deadlines: deadlines)
            // A server may say anything before its banner, so a silence after nonsense is a missing banner as well.
            let allowed: [RemoteError.Code?] = [.protocolError, .bannerTimeout]
            try require(allowed.contains(result.error?.kind), result.shown)
        },
        Duty("a far side that hangs up before the log-in is named as such", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            let target = try destination("closer", OddServer.closer(in: bench.bed), key)
            let result = try await bench.shell().script(
                "true",
                on: target,
                deadlines: .patient(login: .seconds(1))
            )
            let allowed: [RemoteError.Code?] = [.closedEarly, .throttled, .protocolError]
            try require(allowed.contains(result.error?.kind), result.shown)
        },
    ]

    static func destination(_ name: String, _ port: Port, _ key: TestKey) throws -> Destination {
        try Destination(
            node: NodeName(name),
            host: HostAddress("127.0.0.1"),
            port: port,
            user: UserName("root"),
            credentials: [.keyFile(path: key.path)]
        )
    }
}
