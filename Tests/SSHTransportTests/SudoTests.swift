import FleetModel
import FleetTesting
import Operations
import Testing

@testable import SSHTransport

@Suite(.serialized)
struct SudoTests {
    @Test func `sudo runs with a password, and fails fast without or with a wrong one`() async throws {
        try await withSudoer { server, user in
            let shell = makeShell()
            var node = try server.node(credentials: [.password(user.password)])
            node.user = user.user
            let plain = await shell.run(RemoteJob(.loginShell("id -un")), on: node)
            #expect(plain.stdout.text == user.user.text + "\n")
            let right = Elevation(password: user.password)
            for command in [Command.loginShell("id -un; cat"), .script("id -un; cat")] {
                let raised = await shell.run(RemoteJob(command, stdin: .bytes([104, 105]), elevation: right), on: node)
                #expect(raised.ending == .exited(0))
                #expect(raised.stdout.text == "root\nhi")
                #expect(!raised.stderr.text.contains("?"))
            }
            for elevation in [Elevation(), Elevation(password: Secret("wrong"))] {
                // Forgets what sudo remembers of the last password.
                _ = await shell.run(RemoteJob(.loginShell("sudo -K")), on: node)
                let result = await shell.run(RemoteJob(.loginShell("id"), elevation: elevation), on: node)
                #expect(result.error?.kind == .sudoPasswordNeeded)
                #expect(result.stdout.text == "")
            }
            await shell.shutdown()
        }
    }

    @Test func `after a time limit nothing of a root tree is left`() async throws {
        try await withSudoer { server, user in
            let shell = makeShell()
            var node = try server.node(credentials: [
                .keyboardInteractive(Secret("none")), .password(user.password),
            ])
            node.user = user.user
            let mark = "85\(Int.random(in: 100_000...999_999))"
            let job = RemoteJob(
                .loginShell("sleep \(mark) & setsid sleep \(mark)"),
                elevation: Elevation(password: user.password),
                deadlines: .init(total: .seconds(4))
            )
            let result = await shell.run(job, on: node)
            #expect(result.error?.kind == .timeout)
            let left = try await ProcessesOnNode.left(containing: mark)
            #expect(left == [])
            await shell.shutdown()
        }
    }

    /// A server, and an account that may use sudo with its password.
    private func withSudoer(_ body: (LocalSSHD, TestAccount) async throws -> Void) async throws {
        try await TestBed.with { bed in
            let user = try TestAccount.create(in: bed, sudo: .withPassword)
            try await LocalSSHD.with(["PasswordAuthentication yes"]) { try await body($0, user) }
        }
    }
}
