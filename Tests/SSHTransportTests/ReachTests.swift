import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing

@testable import SSHTransport

/// Ways to a node and ways into it.
@Suite(.serialized)
struct ReachTests {
    @Test func `jump hosts of depth one and two carry a session`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let first = try server.node("jump-1", "127.0.1.1")
            let second = try server.node("jump-2", "127.0.1.2")
            for path in [[first], [first, second]] {
                let node = try server.node("target-\(path.count)", "127.0.1.3", path: path)
                let result = await shell.run(
                    RemoteJob(.loginShell("cat | wc -c"), stdin: .bytes([UInt8](repeating: 7, count: 2_000_000))),
                    on: node
                )
                #expect(result.ending == .exited(0))
                #expect(result.stdout.text == "2000000\n")
            }
            await shell.shutdown()
        }
    }

    @Test func `a jump host that refuses is named with its reason`() async throws {
        let port = try freePort()
        try await LocalSSHD.with { server in
            let shell = makeShell()
            var jump = try server.node("jump-1")
            jump.port = try Port(port)
            let result = await shell.run(RemoteJob(.loginShell("true")), on: try server.node("target", path: [jump]))
            #expect(result.error?.kind == .jumpFailed)
            #expect(result.error?.problem.contains("jump-1") == true)
            #expect(result.error?.problem.contains("ssh.connect_refused") == true)
            await shell.shutdown()
        }
    }

    @Test func `sixty nodes behind the default MaxStartups lose none`() async throws {
        try await LocalSSHD.with(["MaxStartups 10:30:100"]) { server in
            let shell = makeShell()
            let results = try await withThrowingTaskGroup(of: CommandResult.self) { group in
                for number in 1...60 {
                    let node = try server.node("node-\(number)", "127.0.2.\(number)")
                    group.addTask {
                        await shell.run(RemoteJob(.loginShell("echo ok"), deadlines: .patient()), on: node)
                    }
                }
                return try await group.reduce(into: [CommandResult]()) { $0.append($1) }
            }
            let errors = results.compactMap(\.error)
            #expect(errors == [])
            await shell.shutdown()
        }
    }

    @Test func `the bound on sessions is learnt from the server's refusals`() async throws {
        try await LocalSSHD.with(["MaxSessions 2"]) { server in
            let shell = makeShell()
            let node = try server.node()
            let results = await withTaskGroup(of: CommandResult.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        await shell.run(RemoteJob(.loginShell("sleep 0.1"), deadlines: .patient()), on: node)
                    }
                }
                return await group.reduce(into: [CommandResult]()) { $0.append($1) }
            }
            let errors = results.compactMap(\.error)
            #expect(errors == [])
            await shell.shutdown()
        }
    }

    @Test func `encrypted keys, certificates and agents log in, and nothing else is offered`() async throws {
        try await LocalSSHD.with { server in
            let folder = server.folder.path
            let keygen = "/usr/bin/ssh-keygen"
            try run(keygen, "-q", "-t", "ed25519", "-N", "open sesame", "-f", folder + "/locked")
            try run("/bin/sh", "-c", "cat \(folder)/locked.pub >> \(folder)/authorized_keys")
            try run(keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder + "/ca")
            try run(keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder + "/signed")
            try run(keygen, "-q", "-s", folder + "/ca", "-I", "test", "-n", "root", folder + "/signed.pub")
            try run("/bin/sh", "-c", "echo \"cert-authority $(cat \(folder)/ca.pub)\" >> \(folder)/authorized_keys")
            let agent = try spawn(["/usr/bin/ssh-agent", "-D", "-a", folder + "/agent"], output: "/dev/null")
            defer {
                kill(agent, SIGKILL)
                waitpid(agent, nil, 0)
            }
            try run(
                "/bin/sh",
                "-c",
                "i=0; while [ $i -lt 600 ] && ! [ -S \(folder)/agent ]; do i=$((i+1)); sleep 0.1; done; SSH_AUTH_SOCK=\(folder)/agent ssh-add -q \(folder)/key"
            )
            let cases: [([Credential], RemoteError.Code?)] = [
                ([.keyFile(path: folder + "/locked", passphrase: Secret("open sesame"))], nil),
                ([.keyFile(path: folder + "/locked")], .authDenied),
                ([.keyFile(path: folder + "/signed")], nil),
                ([.agent(socket: folder + "/agent")], nil),
                ([.keyFile(path: folder + "/ca"), .keyFile(path: server.key)], nil),
                ([.keyFile(path: folder + "/ca")], .authDenied),
                ([], .authDenied),
            ]
            let shell = makeShell()
            for (credentials, code) in cases {
                let result = await shell.run(
                    RemoteJob(.loginShell("true")),
                    on: try server.node(credentials: credentials)
                )
                #expect(result.error?.kind == code, "\(credentials)")
            }
            await shell.shutdown()
        }
    }

    @Test func `connect, banner and first byte have codes of their own`() async throws {
        let silent = try SilentListener()
        defer { silent.stop() }
        try await LocalSSHD.with { server in
            let shell = makeShell()
            var mute = try server.node("mute")
            mute.port = try Port(silent.port)
            var closed = try server.node("closed")
            closed.port = try Port(try freePort())
            let hasty = Deadlines.patient(login: .seconds(1))
            let banner = await shell.run(RemoteJob(.loginShell("true"), deadlines: hasty), on: mute)
            #expect(banner.error?.kind == .bannerTimeout)
            let refused = await shell.run(RemoteJob(.loginShell("true"), deadlines: hasty), on: closed)
            #expect(refused.error?.kind == .connectRefused)
            let first = await shell.run(
                RemoteJob(.loginShell("sleep 300"), deadlines: .patient(firstByte: .seconds(1))),
                on: try server.node()
            )
            #expect(first.error?.kind == .firstByteTimeout)
            let node = try server.node()
            try await TestLimit.growing { limit in
                let idle = await shell.run(
                    RemoteJob(.loginShell("echo a; sleep 300"), deadlines: .patient(idle: limit)),
                    on: node
                )
                #expect(idle.error?.kind == .idleTimeout)
                return idle.stdout.text == "a\n" ? nil : "\(idle.ending)"
            }
            await shell.shutdown()
        }
    }

    @Test func `output past the memory limit goes to a file and past the cap is dropped`() async throws {
        try await LocalSSHD.with { server in
            let shell = makeShell()
            let limits = OutputLimits(memory: 1000, total: 5000, spillDirectory: server.folder.path)
            let result = await shell.run(
                RemoteJob(.loginShell("head -c 9000 /dev/zero"), limits: limits),
                on: try server.node()
            )
            #expect(result.stdout.head.count == 1000)
            #expect(result.stdout.total == 9000)
            #expect(result.stdout.isTruncated)
            let spill = try #require(result.stdout.spill)
            let kept = try Data(contentsOf: URL(fileURLWithPath: spill)).count
            #expect(kept == 5000)
            await shell.shutdown()
        }
    }

    @Test func `a made key pair is what ssh-keygen says it is`() throws {
        let pair = try KeyPair.generateEd25519(comment: "flotilla operate")
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pair-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try pair.privateOpenSSH.withBytes { try Data($0).write(to: file) }
        chmod(file.path, 0o600)
        let line = try run("/usr/bin/ssh-keygen", "-y", "-f", file.path)
        let read = try KeyPair.publicLine(ofPrivateKeyFile: file.path, comment: "flotilla operate")
        #expect(line.split(whereSeparator: \.isWhitespace).prefix(2) == pair.publicLine.split(separator: " ").prefix(2))
        #expect(read.publicLine == pair.publicLine)
        let shown = try run("/usr/bin/ssh-keygen", "-l", "-f", file.path)
        #expect(shown.contains(pair.fingerprint))
    }
}

/// Accepts connections (the kernel does) and never says a word.
struct SilentListener {
    let port: Int
    private let descriptor: Int32

    init() throws {
        port = try freePort()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard code == 0, listen(descriptor, 16) == 0 else { throw CommandFailed(text: "no listener") }
    }

    func stop() { close(descriptor) }
}
