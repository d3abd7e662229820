import Glibc
import Synchronization

/// The system's `ssh`, started without a shell in between, in a session of its own.
///
/// Its own session keeps it from the terminal: it can ask nobody, and a Ctrl-C at the terminal does not end it before
/// the commands on the node have been ended through it.
final class SSHProcess: Sendable {
    /// What it says on stderr; non-blocking.
    let messages: Int32
    private let pid: pid_t
    private let isReaped = Mutex(false)

    struct StartFailure: Error {
        let code: Int32
    }

    /// - Throws: `StartFailure` with the errno.
    init(program: String, arguments: [String], environment: [String]) throws(StartFailure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw StartFailure(code: errno) }
        defer { close(ends[1]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_RDONLY | O_NONBLOCK)
        messages = ends[0]
        do throws(StartFailure) {
            pid = try Self.spawn(program, [program] + arguments, environment, stderr: ends[1])
        } catch {
            close(ends[0])
            throw error
        }
    }

    deinit {
        end()
        close(messages)
    }

    /// Ends it at once; its connection and everything that uses it go with it.
    func end() {
        isReaped.withLock { reaped in
            guard !reaped else { return }
            kill(pid, SIGTERM)
            for _ in 0..<20 where !reaped {
                reaped = waitpid(pid, nil, WNOHANG) != 0
                if !reaped { usleep(1000) }
            }
            guard !reaped else { return }
            kill(pid, SIGKILL)
            reaped = waitpid(pid, nil, 0) == pid
        }
    }

    private static func spawn(
        _ program: String,
        _ words: [String],
        _ environment: [String],
        stderr: Int32
    ) throws(StartFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, stderr, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        sigaddset(&signals, SIGINT)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // POSIX_SPAWN_SETSID of <spawn.h>, which the module map hides.
        let newSession: Int32 = 0x80
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw StartFailure(code: code) }
        return pid
    }
}
