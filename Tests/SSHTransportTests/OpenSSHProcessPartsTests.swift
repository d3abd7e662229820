import FleetModel
import FleetTesting
import Operations
import Testing

@testable import SSHTransport

/// The pure parts of the openssh transport: words for ssh, its log, the connection protocol.
@Suite struct OpenSSHProcessPartsTests {
    private func destination(_ credentials: [Credential], hostKey: HostKey? = nil) throws -> Destination {
        try Destination(
            node: NodeName("n"),
            host: HostAddress("10.0.0.1"),
            port: Port(2222),
            user: UserName("pi"),
            credentials: credentials,
            hostKey: hostKey
        )
    }

    @Test func `credentials are offered in their order, one kind at a time`() {
        let attempts = SSHAttempt.attempts(for: [
            .keyFile(path: "/a"), .keyFile(path: "/b"), .agent(socket: nil), .password(Secret("p")),
            .keyFile(path: "/c"),
        ])
        #expect(attempts.map(\.offered) == ["key /a, key /b", "the agent", "a password", "key /c"])
        #expect(SSHAttempt.attempts(for: []).map(\.offered) == ["nothing"])
    }

    @Test func `no secret and no configuration file of the user reaches the words of ssh`() throws {
        let secret = "hunter2 'quoted'"
        for credential in [
            Credential.password(Secret(secret)), .keyboardInteractive(Secret(secret)),
            .keyFile(path: "/k", passphrase: Secret(secret)),
        ] {
            let target = try destination([credential])
            let invocation = SSHInvocation(
                destination: target,
                attempt: SSHAttempt.attempts(for: target.credentials)[0],
                control: "/r/s",
                questions: "/r/q",
                jumpControl: nil,
                program: "/usr/bin/ssh"
            )
            let all = invocation.arguments + invocation.environment(from: ["PATH": "/bin", "API_TOKEN": "t"])
            #expect(!all.contains { $0.contains("hunter2") || $0.contains("API_TOKEN") })
            #expect(invocation.arguments.starts(with: ["-F", "none"]))
            #expect(invocation.arguments.contains("StrictHostKeyChecking=yes"))
        }
    }

    @Test func `the pinned key's algorithm is asked for first`() throws {
        let key = HostKey(algorithm: "ssh-rsa", base64: "AAAA", fingerprint: "SHA256:x")
        let invocation = SSHInvocation(
            destination: try destination([], hostKey: key),
            attempt: SSHAttempt(kind: .none),
            control: "/s",
            questions: "/q",
            jumpControl: nil,
            program: "/usr/bin/ssh"
        )
        let option = invocation.arguments.first { $0.hasPrefix("HostKeyAlgorithms=") }
        #expect(option?.hasPrefix("HostKeyAlgorithms=rsa-sha2-512,rsa-sha2-256,ssh-ed25519") == true)
    }

    @Test(arguments: [
        (["ssh: Could not resolve hostname x: Name or service not known"], RemoteError.Code.unresolved),
        (["ssh: connect to host 1.2.3.4 port 22: Connection refused"], .connectRefused),
        (["ssh: connect to host 1.2.3.4 port 22: No route to host"], .unreachable),
        (
            ["debug1: Connection established.", "kex_exchange_identification: read: Connection reset by peer"],
            .closedEarly
        ),
        (
            ["debug1: Authentications that can continue: publickey", "pi@h: Permission denied (publickey)."],
            .authDenied
        ),
        (["Unable to negotiate with 1.2.3.4 port 22: no matching host key type found."], .protocolError),
        ([], .unreachable),
    ])
    func `what ssh says becomes a code`(lines: [String], code: RemoteError.Code) {
        var log = SSHLog()
        log.read(Array(lines.map { $0 + "\r\n" }.joined().utf8))
        #expect(log.failure(isBehindJump: false).kind == code)
    }

    @Test func `the log of a node that floods stays small, and escapes in it are not shown`() {
        var log = SSHLog()
        for _ in 0..<2000 { log.read([UInt8](repeating: 0x41, count: 4096)) }
        for _ in 0..<5000 { log.read(Array("\u{1B}[2J evil\n".utf8)) }
        #expect(log.complaints.count <= 8)
        #expect(!log.failure(isBehindJump: false).reason.unicodeScalars.contains("\u{1B}"))
    }

    @Test func `a question from ssh's helper is read, and nonsense is none`() {
        let blob = "AAAAC3NzaC1lZDI1NTE5AAAAIN7lwxCSWpSYl1h3Mf3zZCzC57Tb1gmqKLXpqErMWuWg"
        let key = HostKey(
            algorithm: "ssh-ed25519",
            base64: blob,
            fingerprint: "SHA256:p3KN8M6P8RpN9YR1YInNxUO/rRNPtq/qqACQIC0jkNY"
        )
        #expect(SSHQuestions.parse("trust ssh-ed25519 \(blob)") == .trust(key))
        #expect(SSHQuestions.parse("secret pi@h's password: ") == .secret(prompt: "pi@h's password: "))
        for nonsense in ["", "trust", "trust ssh-ed25519", "trust a b c", "trust ssh-rsa !!!", "other x"] {
            #expect(SSHQuestions.parse(nonsense) == nil)
        }
    }

    @Test func `broken packets are refused and never crash`() {
        var seed: UInt64 = 42
        func random() -> UInt8 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: seed >> 33)
        }
        var refused = 0
        for round in 0..<20_000 {
            var session = MuxSession()
            var packet: [UInt8] = [0, 90 + UInt8(round % 11), 0, 0, 0, 1]
            for _ in 0..<Int(random() % 40) { packet.append(random()) }
            do { _ = try session.receive(Array(packet.prefix(Int(random()) % 48))) } catch { refused += 1 }
        }
        #expect(refused > 1000)
    }

    @Test(.timeLimit(.minutes(15))) func `connections of a killed process are ended at the next start`() async throws {
        try await TestBed.with { bed in
            let key = try TestKey.generate(at: bed.path("key"))
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: [key.publicLine]))
            // A number that no process has: the kernel's are below 2^22.
            let folder = bed.path("flt-ssh-99999999-abcdef")
            try Scratch.folder(folder + "/c")
            let master = try ServerProcess(
                [
                    "/usr/bin/ssh", "-F", "none", "-M", "-N", "-S", folder + "/c/s", "-i", key.path, "-p",
                    "\(server.port)", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                    "127.0.0.1",
                ],
                log: bed.path("master.log")
            )
            bed.atEnd { master.end() }
            for _ in 0..<6000 where !Scratch.exists(folder + "/c/s") { try await Task.sleep(for: .milliseconds(10)) }
            OpenSSHLeftovers.clear(in: bed.folder)
            for _ in 0..<6000 where master.isRunning { try await Task.sleep(for: .milliseconds(10)) }
            #expect(!master.isRunning && !Scratch.exists(folder))
        }
    }

    @Test func `no more is sent than the far side takes`() throws {
        var session = MuxSession()
        var confirmation: [UInt8] = [0, 91]
        for number: UInt32 in [1, 7, 10, 32_768] { confirmation.append(uint32: number) }
        #expect(try session.receive(confirmation) == .opened)
        var bytes = ArraySlice([UInt8](repeating: 9, count: 25))
        #expect(session.dataPacket(&bytes)?.count == 2 + 4 + 4 + 10)
        #expect(bytes.count == 15 && session.dataPacket(&bytes) == nil)
        var adjust: [UInt8] = [0, 93]
        for number: UInt32 in [1, 100] { adjust.append(uint32: number) }
        #expect(try session.receive(adjust) == .windowGrew)
        #expect(session.dataPacket(&bytes)?.count == 2 + 4 + 4 + 15)
    }
}
