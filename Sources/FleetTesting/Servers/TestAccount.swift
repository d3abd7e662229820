package import FleetModel
import Glibc
import Synchronization

/// A throw-away account of the machine, with a home, a password and a log-in shell; needs root.
package struct TestAccount: Sendable {
    package let user: UserName
    package let password: Secret
    package let home: String

    /// What `sudo` allows the account.
    package enum Sudo: Sendable {
        case none
        case withPassword
        case withoutPassword
    }

    // useradd and userdel lock /etc/passwd and give up at once when somebody else holds it.
    private static let accounts = Mutex(0)

    /// Makes the account; the bed removes it, its home and its sudo rule, and ends its processes.
    package static func create(
        in bed: TestBed,
        shell: String = "/bin/sh",
        sudo: Sudo = .none,
        authorizedKeys: [String] = []
    ) throws -> TestAccount {
        guard getuid() == 0 else { throw FixtureError("throw-away accounts need root: run the tests as root") }
        guard access(shell, X_OK) == 0 else { throw FixtureError.missing(shell) }
        let word = "pw \(UInt64.random(in: 0..<UInt64.max))'\"$x"
        let hash = try LocalCommand.output(["openssl", "passwd", "-6", "-stdin"], input: Array((word + "\n").utf8))
        let name = "flt" + String(UInt32.random(in: 0..<UInt32.max), radix: 36)
        let home = "/home/" + name
        bed.atEnd { remove(name, home: home) }
        try add(["useradd", "-m", "-d", home, "-s", shell, "-p", hash.trimmingNewline, name])
        try allow(sudo, name, in: bed)
        try authorize(authorizedKeys, name, home: home)
        return try TestAccount(user: UserName(name), password: Secret(word), home: home)
    }

    private static func add(_ words: [String]) throws {
        try accounts.withLock { _ in
            var last = ""
            for _ in 0..<100 {
                let result = try LocalCommand.run(words)
                if result.exitCode == 0 { return }
                last = result.errorText
                usleep(50_000)
            }
            throw FixtureError("useradd: \(last)")
        }
    }

    private static func allow(_ sudo: Sudo, _ name: String, in bed: TestBed) throws {
        let rule: String
        switch sudo {
        case .none: return
        case .withPassword: rule = "\(name) ALL=(ALL) ALL\n"
        case .withoutPassword: rule = "\(name) ALL=(ALL) NOPASSWD: ALL\n"
        }
        let path = "/etc/sudoers.d/" + name
        bed.atEnd { Scratch.remove(path) }
        try Scratch.write(rule, to: path, mode: 0o440)
    }

    private static func authorize(_ keys: [String], _ name: String, home: String) throws {
        guard !keys.isEmpty else { return }
        try Scratch.folder(home + "/.ssh", mode: 0o700)
        try Scratch.write(keys.joined(separator: "\n") + "\n", to: home + "/.ssh/authorized_keys")
        try LocalCommand.output(["chown", "-R", name, home + "/.ssh"])
    }

    private static func remove(_ name: String, home: String) {
        accounts.withLock { _ in
            for _ in 0..<100 {
                // A process of the account that is still there would keep userdel from working.
                _ = try? LocalCommand.run(["/bin/sh", "-c", killAll, "sh", name])
                let code = (try? LocalCommand.run(["userdel", "-f", name]))?.exitCode
                if code == 0 || code == 6 { break }
                usleep(50_000)
            }
        }
        Scratch.remove(home)
    }

    private static let killAll = #"""
        uid=$(id -u "$1") || exit 0
        for p in /proc/[0-9]*; do
            [ "$(stat -c %u "$p" 2>/dev/null)" = "$uid" ] && kill -KILL "${p#/proc/}" 2>/dev/null
        done
        exit 0
        """#
}
