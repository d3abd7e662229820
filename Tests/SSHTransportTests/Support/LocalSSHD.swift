import FleetModel
import FleetTesting
import Foundation
import Logging
import Operations
import Synchronization

@testable import SSHTransport

/// A real sshd on loopback with keys of its own, ended and removed by `stop`.
final class LocalSSHD: Sendable {
    let folder: URL
    let port: Int
    private let process: pid_t

    var key: String { folder.appendingPathComponent("key").path }

    /// - `lines`: more of its configuration.
    init(_ lines: [String] = []) throws {
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("engine-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["host", "key"] {
            try run(
                "/usr/bin/ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                folder.appendingPathComponent(name).path
            )
        }
        try FileManager.default.copyItem(
            at: folder.appendingPathComponent("key.pub"),
            to: folder.appendingPathComponent("authorized_keys")
        )
        port = try freePort()
        let config = """
            Port \(port)
            ListenAddress 0.0.0.0
            HostKey \(folder.path)/host
            AuthorizedKeysFile \(folder.path)/authorized_keys
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            LogLevel ERROR

            """ + lines.map { $0 + "\n" }.joined()
        let file = folder.appendingPathComponent("sshd_config")
        try config.write(to: file, atomically: true, encoding: .utf8)
        process = try spawn(["/usr/sbin/sshd", "-D", "-e", "-f", file.path], output: "/dev/null")
        try waitForListener(port)
    }

    func stop() {
        kill(process, SIGTERM)
        waitpid(process, nil, 0)
        try? FileManager.default.removeItem(at: folder)
    }

    func node(
        _ name: String = "node-1",
        _ host: String = "127.0.0.1",
        path: [Destination] = [],
        credentials: [Credential]? = nil
    ) throws -> Destination {
        try Destination(
            node: NodeName(name),
            host: HostAddress(host),
            port: Port(port),
            user: UserName("root"),
            path: path,
            credentials: credentials ?? [.keyFile(path: key)]
        )
    }

    static func with<T>(_ lines: [String] = [], _ body: (LocalSSHD) async throws -> T) async throws -> T {
        let server = try LocalSSHD(lines)
        defer { server.stop() }
        return try await body(server)
    }
}

struct CommandFailed: Error { let text: String }

/// Starts a program without a shell; Foundation's `Process` loses track of daemons that close their descriptors.
func spawn(_ words: [String], output: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var arguments = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var pid = pid_t()
    // A test's thread may block signals, and what it starts would inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let code = posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ)
    guard code == 0 else { throw CommandFailed(text: "\(words[0]): \(String(cString: strerror(code)))") }
    return pid
}

@discardableResult
func run(_ words: String...) throws -> String {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("out-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let pid = try spawn(words, output: file)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    guard status == 0 else { throw CommandFailed(text: text) }
    return text
}

func freePort() throws -> Int { Int(try TestPort.free().number) }

private func waitForListener(_ port: Int) throws {
    for _ in 0..<2400 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code == 0 { return }
        usleep(25_000)
    }
    throw CommandFailed(text: "sshd did not start on port \(port)")
}

/// Trusts every key and remembers which it saw.
final class SeenKeys: HostKeyTrust {
    let keys = Mutex<[HostKey]>([])

    func examine(_ key: HostKey, of destination: Destination) async throws {
        keys.withLock { $0.append(key) }
    }
}

func makeShell(_ settings: LibSSHSettings = .init(), trust: any HostKeyTrust = SeenKeys()) -> LibSSHShell {
    var settings = settings
    // A loaded machine may take long to end a tree; that it does end it is what the tests are about.
    settings.endingTime = .seconds(60)
    return LibSSHShell(trust: trust, settings: settings, logger: Logger(label: "test"))
}
