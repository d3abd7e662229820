package import FleetModel
import Glibc

/// A throw-away account of the machine, with a home, a password and a log-in shell; needs root.
package struct TestAccount: Sendable {
    package let user: UserName
    package let password: Secret
    package let home: String
    let shell: String
    let number: UInt32
    let group: UInt32

    /// What `sudo` allows the account.
    package enum Sudo: Sendable {
        case none
        case withPassword
        case withoutPassword
    }

    /// Gives the test an account with an empty home; when the bed ends, its processes and files are gone.
    package static func create(
        in bed: TestBed,
        shell: String = "/bin/sh",
        sudo: Sudo = .none,
        authorizedKeys: [String] = []
    ) throws -> TestAccount {
        guard getuid() == 0 else { throw FixtureError("throw-away accounts need root: run the tests as root") }
        guard access(shell, X_OK) == 0 else { throw FixtureError.missing(shell) }
        // sudo remembers accounts, and a shell of the bed goes with it: only plain accounts serve a second test.
        let isReusable = sudo == .none && !shell.hasPrefix(bed.folder)
        let account = try isReusable ? TestAccounts.lease(shell: shell) : TestAccounts.make(shell: shell)
        bed.atEnd { isReusable ? TestAccounts.giveBack(account) : TestAccounts.remove(account.user.text) }
        try account.clear()
        try account.allow(sudo, in: bed)
        try account.authorize(authorizedKeys)
        return account
    }

    /// Ends its processes and gives it an empty home.
    func clear() throws {
        ProcessesOnNode.end(of: number)
        Scratch.remove(home)
        try Scratch.folder(home, mode: 0o755)
        guard chown(home, number, group) == 0 else { throw FixtureError("cannot give \(home) to \(user)") }
    }

    private func allow(_ sudo: Sudo, in bed: TestBed) throws {
        let rule: String
        switch sudo {
        case .none: return
        case .withPassword: rule = "\(user) ALL=(ALL) ALL\n"
        case .withoutPassword: rule = "\(user) ALL=(ALL) NOPASSWD: ALL\n"
        }
        let path = "/etc/sudoers.d/\(user)"
        bed.atEnd { Scratch.remove(path) }
        try Scratch.write(rule, to: path, mode: 0o440)
    }

    private func authorize(_ keys: [String]) throws {
        guard !keys.isEmpty else { return }
        try Scratch.folder(home + "/.ssh", mode: 0o700)
        try Scratch.write(keys.joined(separator: "\n") + "\n", to: home + "/.ssh/authorized_keys")
        for path in [home + "/.ssh", home + "/.ssh/authorized_keys"] {
            guard chown(path, number, group) == 0 else { throw FixtureError("cannot give \(path) to \(user)") }
        }
    }
}
