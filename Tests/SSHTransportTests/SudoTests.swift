import FleetModel
import Foundation
import Operations
import Testing

@testable import SSHTransport

/// A throw-away user who may use sudo with a password; needs root, as the fixture makes the user.
struct SudoUser {
    let name = "flt\(Int.random(in: 10_000...99_999))"
    let password = "correct horse"

    init() throws {
        try run("/usr/sbin/useradd", "--create-home", "--shell", "/bin/sh", name)
        try run("/bin/sh", "-c", "echo '\(name):\(password)' | chpasswd")
        try run(
            "/bin/sh",
            "-c",
            "echo '\(name) ALL=(ALL) ALL' > /etc/sudoers.d/\(name) && chmod 440 /etc/sudoers.d/\(name)"
        )
    }

    func remove() {
        unlink("/etc/sudoers.d/\(name)")
        _ = try? run("/usr/sbin/userdel", "--remove", "--force", name)
    }
}

@Suite(.serialized)
struct SudoTests {
    @Test func `sudo runs with a password, and fails fast without or with a wrong one`() async throws {
        let user = try SudoUser()
        defer { user.remove() }
        try await LocalSSHD.with(["PasswordAuthentication yes"]) { server in
            let shell = makeShell()
            var node = try server.node(credentials: [.password(Secret(user.password))])
            node.user = try UserName(user.name)
            let plain = await shell.run(RemoteJob(.loginShell("id -un")), on: node)
            #expect(plain.stdout.text == user.name + "\n")
            let right = Elevation(password: Secret(user.password))
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
        let user = try SudoUser()
        defer { user.remove() }
        try await LocalSSHD.with(["PasswordAuthentication yes"]) { server in
            let shell = makeShell()
            var node = try server.node(credentials: [
                .keyboardInteractive(Secret("none")), .password(Secret(user.password)),
            ])
            node.user = try UserName(user.name)
            let mark = "85\(Int.random(in: 100_000...999_999))"
            let job = RemoteJob(
                .loginShell("sleep \(mark) & setsid sleep \(mark)"),
                elevation: Elevation(password: Secret(user.password)),
                deadlines: .init(total: .seconds(4))
            )
            let result = await shell.run(job, on: node)
            #expect(result.error?.kind == .timeout)
            let left = try run("/bin/sh", "-c", "pgrep -fx 'sleep \(mark)' || true")
            #expect(left == "")
            await shell.shutdown()
        }
    }
}
