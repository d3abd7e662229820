import CLibSSH
import Glibc

/// A command of a node: a real process in a session of its own, so that a signal reaches its whole group.
///
/// One socket is stdin and stdout, one is stderr, as OpenSSH's server has it on Linux: two descriptors a command.
final class ChildProcess {
    let pid: pid_t
    /// Our end of stdin and stdout; -1 when closed.
    private(set) var streams: Int32
    /// Our end of stderr; -1 when closed.
    private(set) var errors: Int32

    private init(pid: pid_t, streams: Int32, errors: Int32) {
        self.pid = pid
        self.streams = streams
        self.errors = errors
    }

    /// How a process ended.
    enum Ending: Equatable {
        case status(Int32)
        /// The signal's name without `SIG`, as SSH wants it.
        case signal(String, dumpedCore: Bool)
    }

    /// Starts `/bin/sh` with the arguments given.
    ///
    /// - `environment`: `KEY=value` words; the process gets these and nothing else.
    /// - Throws: `LabError` when the system has no process or descriptor left.
    static func start(_ arguments: [String], environment: [String], in folder: String) throws(LabError) -> ChildProcess
    {
        let inout_ = try socketPair()
        let errors: (ours: Int32, theirs: Int32)
        do { errors = try socketPair() } catch {
            close(inout_.ours)
            close(inout_.theirs)
            throw error
        }
        defer {
            close(inout_.theirs)
            close(errors.theirs)
        }
        do {
            let pid = try spawn(arguments, environment, folder, inout_.theirs, errors.theirs)
            return ChildProcess(pid: pid, streams: inout_.ours, errors: errors.ours)
        } catch {
            close(inout_.ours)
            close(errors.ours)
            throw error
        }
    }

    /// The ending, once there is one; asking reaps the process.
    func ending() -> Ending? {
        var status: Int32 = 0
        let found = waitpid(pid, &status, WNOHANG)
        if found < 0 && errno == ECHILD { return .status(255) }
        guard found == pid else { return nil }
        let signal = status & 0x7F
        if signal == 0 { return .status((status >> 8) & 0xFF) }
        return .signal(Signals.name(signal), dumpedCore: status & 0x80 != 0)
    }

    /// Waits for the end of a process that was sent `SIGKILL`.
    func reap() {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    }

    /// Sends a signal to the whole group.
    func kill(_ signal: Int32) {
        _ = Glibc.kill(-pid, signal)
    }

    /// A descriptor that becomes readable when the process ends; -1 when there is none to be had.
    func exitDescriptor() -> Int32 { pidfd_open(pid, 0) }

    func finishInput() {
        if streams >= 0 { shutdown(streams, Int32(SHUT_WR)) }
    }

    func closeStreams() {
        if streams >= 0 { close(streams) }
        streams = -1
    }

    func closeErrors() {
        if errors >= 0 { close(errors) }
        errors = -1
    }

    private static func socketPair() throws(LabError) -> (ours: Int32, theirs: Int32) {
        var pair: (Int32, Int32) = (-1, -1)
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let result = withUnsafeMutableBytes(of: &pair) {
            socketpair(AF_UNIX, type, 0, $0.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        guard result == 0 else { throw LabError.system("socketpair") }
        // Only our end: a shell does not expect its own streams to refuse to wait.
        _ = fcntl(pair.0, F_SETFL, O_NONBLOCK)
        return pair
    }

    private static func spawn(
        _ arguments: [String],
        _ environment: [String],
        _ folder: String,
        _ streams: Int32,
        _ errors: Int32
    ) throws(LabError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, streams, 0)
        posix_spawn_file_actions_adddup2(&actions, streams, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        posix_spawn_file_actions_addchdir_np(&actions, folder)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var pid: pid_t = 0
        let failure = withCStrings(arguments) { words in
            withCStrings(environment) { posix_spawn(&pid, "/bin/sh", &actions, &attributes, words, $0) }
        }
        guard failure == 0 else {
            errno = failure
            throw LabError.system("posix_spawn", on: "/bin/sh")
        }
        return pid
    }

    private static func withCStrings<R>(
        _ texts: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { (pointers + index).initialize(to: strdup(text)) }
        (pointers + texts.count).initialize(to: nil)
        defer {
            for index in texts.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return body(pointers)
    }
}

/// Signals by the names that SSH uses.
enum Signals {
    private static let names: [(String, Int32)] = [
        ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP), ("ABRT", SIGABRT),
        ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL), ("USR1", SIGUSR1), ("SEGV", SIGSEGV), ("USR2", SIGUSR2),
        ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM), ("XFSZ", SIGXFSZ), ("SYS", SIGSYS),
    ]

    static func name(_ number: Int32) -> String {
        names.first { $0.1 == number }?.0 ?? "SIG\(number)@flotilla"
    }

    static func number(_ name: String) -> Int32? {
        names.first { $0.0 == name }?.1
    }
}
