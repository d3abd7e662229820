import Glibc
import Synchronization

/// A program that runs beside a test, in a process group of its own, with its output in a file.
package final class ServerProcess: Sendable {
    package let pid: Int32
    private let isReaped = Mutex(false)

    /// - Throws: `FixtureError` when the program cannot be started.
    package init(_ words: [String], environment: [String] = [], log: String) throws {
        pid = try Spawn.start(words, environment: environment, input: "/dev/null", output: log)
    }

    /// True until the program has ended.
    package var isRunning: Bool {
        isReaped.withLock { reaped in
            if !reaped { reaped = waitpid(pid, nil, WNOHANG) != 0 }
            return !reaped
        }
    }

    /// Ends it: politely, and after two seconds by force, with everything in its process group.
    package func end() {
        kill(pid, SIGTERM)
        for _ in 0..<200 where isRunning { usleep(10_000) }
        kill(-pid, SIGKILL)
        isReaped.withLock { reaped in
            if !reaped { reaped = waitpid(pid, nil, 0) == pid }
        }
    }
}

/// What a program of the test's machine said.
package struct LocalResult: Sendable {
    package let exitCode: Int32
    package let stdout: [UInt8]
    package let stderr: [UInt8]

    package var text: String { String(decoding: stdout, as: UTF8.self) }
    package var errorText: String { String(decoding: stderr, as: UTF8.self) }
}

/// Programs that prepare a test and end at once: `ssh-keygen`, `useradd`, `sha256sum`, ….
package enum LocalCommand {
    /// Runs it to its end. - Throws: `FixtureError` when it cannot be started.
    package static func run(_ words: [String], environment: [String] = [], input: [UInt8] = []) throws -> LocalResult {
        try TemporaryFiles.with(3) { files in
            try Scratch.write(bytes: input, to: files[0])
            let pid = try Spawn.start(
                words,
                environment: environment,
                input: files[0],
                output: files[1],
                errors: files[2]
            )
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            return LocalResult(exitCode: code, stdout: try Scratch.read(files[1]), stderr: try Scratch.read(files[2]))
        }
    }

    /// The output of a program that must succeed.
    @discardableResult
    package static func output(_ words: [String], environment: [String] = [], input: [UInt8] = []) throws -> String {
        let result = try run(words, environment: environment, input: input)
        guard result.exitCode == 0 else {
            throw FixtureError("\(words.joined(separator: " ")) ended with \(result.exitCode): \(result.errorText)")
        }
        return result.text
    }

    /// The first of these programs that is there. - Throws: `FixtureError` naming the set-up script.
    package static func find(_ paths: String...) throws -> String {
        guard let found = paths.first(where: { access($0, X_OK) == 0 }) else { throw FixtureError.missing(paths[0]) }
        return found
    }
}

enum TemporaryFiles {
    static func with<R>(_ count: Int, _ body: ([String]) throws -> R) throws -> R {
        var template = Array("/tmp/flt-io-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw FixtureError("no scratch folder: errno \(errno)") }
        let folder = String(cString: made)
        defer { Scratch.remove(folder) }
        return try body((0..<count).map { "\(folder)/\($0)" })
    }
}

enum Spawn {
    private static let lookUpFolders = ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"]

    static func start(
        _ words: [String],
        environment: [String],
        input: String,
        output: String,
        errors: String? = nil
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, create, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, create, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        return try spawn(words, environment: environment, actions: &actions)
    }

    private static func spawn(
        _ words: [String],
        environment: [String],
        actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that a server goes with all its children; and no signal mask of the test runner's.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let program = words[0].contains("/") ? words[0] : find(words[0])
        let variables = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
        var arguments = words.map { strdup($0) } + [nil]
        var exported = (variables + environment).map { strdup($0) } + [nil]
        defer { (arguments + exported).forEach { free($0) } }
        let error = posix_spawn(&pid, program, &actions, &attributes, &arguments, &exported)
        guard error == 0 else {
            throw error == ENOENT ? FixtureError.missing(program) : FixtureError("\(program): errno \(error)")
        }
        return pid
    }

    private static func find(_ name: String) -> String {
        lookUpFolders.map { $0 + name }.first { access($0, X_OK) == 0 } ?? name
    }
}
