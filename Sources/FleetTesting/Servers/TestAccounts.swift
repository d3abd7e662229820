import FleetModel
import Glibc
import Synchronization

/// The accounts of this test process: made when one is wanted, used again, removed when the process ends.
enum TestAccounts {
    private static let idle = Mutex<[TestAccount]>([])
    // useradd and userdel lock /etc/passwd and give up at once when somebody else holds it.
    private static let changes = Mutex(())

    /// An account that waits for its next test, or a new one.
    static func lease(shell: String) throws -> TestAccount {
        let waiting = idle.withLock { accounts in
            accounts.firstIndex { $0.shell == shell }.map { accounts.remove(at: $0) }
        }
        return try waiting ?? make(shell: shell)
    }

    static func giveBack(_ account: TestAccount) {
        guard (try? account.clear()) != nil else { return remove(account.user.text) }
        idle.withLock { $0.append(account) }
    }

    static func make(shell: String) throws -> TestAccount {
        _ = preparation
        let word = "pw \(UInt64.random(in: 0..<UInt64.max))'\"$x"
        let hash = try LocalCommand.output(["openssl", "passwd", "-6", "-stdin"], input: Array((word + "\n").utf8))
        let name = TestLeftovers.prefix + "\(getpid())-" + String(UInt32.random(in: 0..<UInt32.max), radix: 36)
        let home = "/home/" + name
        try change(["useradd", "-M", "-d", home, "-s", shell, "-p", hash.trimmingNewline, name], isDone: { $0 == 0 })
        let numbers = try numbers(of: name)
        return try TestAccount(
            user: UserName(name),
            password: Secret(word),
            home: home,
            shell: shell,
            number: numbers.user,
            group: numbers.group
        )
    }

    /// Removes an account, its home and its sudo rule, and ends its processes.
    static func remove(_ name: String) {
        if let number = try? numbers(of: name).user { ProcessesOnNode.end(of: number) }
        // 6: there is no such account.
        try? change(["userdel", "-f", name], isDone: { $0 == 0 || $0 == 6 })
        Scratch.remove("/etc/sudoers.d/" + name)
        Scratch.remove("/home/" + name)
    }

    private static func numbers(of name: String) throws -> (user: UInt32, group: UInt32) {
        // The entry lies in memory that all callers share.
        try changes.withLock { _ in
            guard let entry = getpwnam(name) else { throw FixtureError("there is no account \(name)") }
            return (entry.pointee.pw_uid, entry.pointee.pw_gid)
        }
    }

    private static func change(_ words: [String], isDone: (Int32) -> Bool) throws {
        try changes.withLock { _ in
            var last = ""
            for _ in 0..<600 {
                let result = try LocalCommand.run(words)
                if isDone(result.exitCode) { return }
                last = result.errorText
                usleep(50_000)
            }
            throw FixtureError("\(words[0]): \(last)")
        }
    }

    // MARK: nothing stays behind

    /// Once a process: what a killed one left is removed, and our own accounts go when this one ends.
    private static let preparation: Void = {
        TestLeftovers.clear()
        atexit { idle.withLock { $0 }.forEach { remove($0.user.text) } }
        abandoned().forEach(remove)
    }()

    /// The accounts of test processes that are gone.
    private static func abandoned() -> [String] {
        let lines = ((try? Scratch.text("/etc/passwd")) ?? "").split(separator: "\n")
        return lines.compactMap { $0.split(separator: ":").first.map(String.init) }.filter(TestLeftovers.isAbandoned)
    }
}
