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
                deadlines: .init(connect: .milliseconds(500), total: .seconds(30))
            )
            try require(result.error?.kind, is: .connectTimeout, result.shown)
        },
        Duty("a far side that never speaks is a banner timeout", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            let target = try destination("silent", OddServer.blackHole(in: bench.bed), key)
            let result = try await bench.shell().script(
                "true",
                on: target,
                deadlines: .init(login: .milliseconds(700), total: .seconds(30))
            )
            try require(result.error?.kind, is: .bannerTimeout, result.shown)
        },
        Duty("a log-in that hangs is a log-in timeout", on: [.openssh]) { bench in
            var settings = RealSSHD.Settings()
            settings.extraLines = ["AuthorizedKeysCommand /bin/sleep 8", "AuthorizedKeysCommandUser nobody"]
            let node = try bench.node(settings: settings)
            // A key that the file does not hold, so that the server goes on to ask the command.
            let stranger = try TestKey.generate(at: bench.bed.path("stranger"))
            var target = node.destination
            target.credentials = [.keyFile(path: stranger.path)]
            let result = try await bench.shell().script(
                "true",
                on: target,
                deadlines: .init(login: .seconds(2), total: .seconds(30))
            )
            try require(result.error?.kind, is: .authTimeout, result.shown)
        },
        Duty("each deadline of the work has its own error, and what came before is kept") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            let cases: [(String, Deadlines, RemoteError.Code, String)] = [
                ("sleep 30", .init(firstByte: .seconds(1), total: .seconds(25)), .firstByteTimeout, ""),
                ("echo one; sleep 30", .init(idle: .seconds(1), total: .seconds(25)), .idleTimeout, "one\n"),
                ("echo one; sleep 30", .init(total: .seconds(2)), .timeout, "one\n"),
            ]
            for (script, deadlines, code, output) in cases {
                let result = await shell.script(script, on: node.destination, deadlines: deadlines)
                try require(result.error?.kind, is: code, result.shown)
                try require(result.stdout.text, is: output, "after \(code)")
            }
        },
        Duty("output that keeps coming is not idle, and a quick start is no late first byte") { bench in
            let node = try bench.node()
            let deadlines = Deadlines(firstByte: .seconds(5), idle: .seconds(5), total: .seconds(30))
            let result = try await bench.shell().script(
                "for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done",
                on: node.destination,
                deadlines: deadlines
            )
            try require(result.ending, is: .exited(0), result.shown)
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
                deadlines: .init(connect: .seconds(20), total: .seconds(30))
            )
            try require(result.error?.kind, is: .unresolved, result.shown)
        },
        Duty("a far side that is no SSH server is told apart from one", on: [.openssh]) { bench in
            let key = try TestKey.generate(at: bench.bed.path("key"))
            let web = try OddServer.speaker(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), in: bench.bed)
            let deadlines = Deadlines(login: .seconds(3), total: .seconds(20))
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
                deadlines: .init(login: .seconds(2), total: .seconds(20))
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
