import FleetModel
import Operations
import Synchronization

/// What a duty works with: the bed, the kind of server, and shells that are shut down at the end.
package final class DutyBench: Sendable {
    let bed: TestBed
    let server: ServerKind
    private let maker: ShellMaker
    private let shells = Mutex<[any RemoteShell]>([])

    init(bed: TestBed, server: ServerKind, maker: @escaping ShellMaker) {
        self.bed = bed
        self.server = server
        self.maker = maker
    }

    func shell(trust: any HostKeyTrust = AcceptingTrust()) throws -> any RemoteShell {
        let made = try maker(trust)
        shells.withLock { $0.append(made) }
        return made
    }

    func shutdownShells() async {
        for shell in shells.withLock({ $0 }) { await shell.shutdown() }
    }

    /// A node on a fresh server of this kind, and the log-in to it with a key.
    func node(
        _ name: String = "node",
        settings: RealSSHD.Settings = .init(),
        shell: String? = nil,
        sudo: TestAccount.Sudo = .none,
        keyOptions: String = ""
    ) throws -> ServedNode {
        let key = try TestKey.generate(at: bed.path("key-" + name))
        let line = keyOptions.isEmpty ? key.publicLine : keyOptions + " " + key.publicLine
        // Never the tester's own account: what their log-in shell does and costs is not our business.
        let account = try TestAccount.create(in: bed, shell: shell ?? "/bin/sh", sudo: sudo, authorizedKeys: [line])
        let user = account.user
        switch server {
        case .openssh:
            var settings = settings
            settings.authorizedKeys.append(line)
            let started = try RealSSHD.start(in: bed, settings, name: name)
            return try ServedNode(name, port: started.port, user, key, account, started.hostKey, started.process)
        case .dropbear:
            let started = try Dropbear.start(in: bed, name: name)
            return try ServedNode(name, port: started.port, user, key, account, started.hostKey, started.process)
        }
    }

    /// An empty file that any account may write: by what stands in it a test knows what ran.
    func mark(_ name: String) throws -> String {
        let path = bed.path(name)
        try Scratch.write("", to: path, mode: 0o666)
        return path
    }

    /// A word that no other process of the machine has: an argument that `sleep` takes.
    static func sleepWord() -> String { "3600.\(UInt32.random(in: 100_000_000..<999_999_999))" }
}

/// A node of a test: the server, the account and the way in.
struct ServedNode: Sendable {
    var destination: Destination
    let key: TestKey
    let account: TestAccount
    let hostKey: HostKey
    let process: ServerProcess

    init(
        _ name: String,
        port: Port,
        _ user: UserName,
        _ key: TestKey,
        _ account: TestAccount,
        _ hostKey: HostKey,
        _ process: ServerProcess
    ) throws {
        self.key = key
        self.account = account
        self.hostKey = hostKey
        self.process = process
        destination = try Destination(
            node: NodeName(name),
            host: HostAddress("127.0.0.1"),
            port: port,
            user: user,
            credentials: [.keyFile(path: key.path)]
        )
    }
}

extension RemoteShell {
    /// One of our scripts, with a bound on the whole: no test waits for ever.
    func script(
        _ text: String,
        _ arguments: [String] = [],
        stdin: StandardInput = .empty,
        on destination: Destination,
        limits: OutputLimits = .init(),
        deadlines: Deadlines = .patient()
    ) async -> CommandResult {
        let job = RemoteJob(
            .script(text, arguments: arguments),
            stdin: stdin,
            deadlines: deadlines,
            limits: limits
        )
        return await run(job, on: destination)
    }

    /// An operator's words for the log-in shell.
    func words(
        _ text: String,
        on destination: Destination,
        deadlines: Deadlines = .patient()
    ) async -> CommandResult {
        await run(RemoteJob(.loginShell(text), deadlines: deadlines), on: destination)
    }
}

extension CommandResult {
    /// For messages: how it ended and what it said.
    var shown: String { "(\(ending); stdout “\(stdout.text.prefix(400))”; stderr “\(stderr.text.prefix(400))”)" }
}
