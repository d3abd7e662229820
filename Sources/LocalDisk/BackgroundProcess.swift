package import FleetModel
import Glibc

/// Starts this program again, detached from the terminal.
package enum BackgroundProcess {
    /// - `arguments`: everything after the program's name.
    /// - `log`: a file that takes both outputs, appended to.
    /// - Returns: the new process.
    package static func start(_ arguments: [String], log: String) throws(StateError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID: a session of its own, so that closing the terminal does not end it.
        posix_spawnattr_setflags(&attributes, 0x80)
        var words = (["flotilla"] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let failed = posix_spawn(&process, "/proc/self/exe", &actions, &attributes, &words, environ)
        guard failed == 0 else {
            throw StateError(
                "spawn",
                "cannot start a process that writes to \(log): \(DiskTrouble.text(of: failed))",
                advice: "see with: ls -ld \(log) and findmnt -T \(log); or raise the limit of processes (ulimit -u)"
            )
        }
        return process
    }

    /// Where to look when a process did not come up.
    ///
    /// - `log`: the file that took its outputs.
    /// - `words`: the command that does the same in the foreground.
    package static func advice(_ log: String, _ words: String) -> String {
        var status = stat()
        // On a full disk the log stays empty as well.
        let isEmpty = stat(log, &status) != 0 || status.st_size == 0
        return isEmpty
            ? "it wrote no word into \(log): is the disk full? flotilla \(words) in the foreground says more"
            : "its words are in \(log)"
    }

    /// True while the process lives.
    package static func isAlive(_ process: Int32) -> Bool {
        var status: Int32 = 0
        if waitpid(process, &status, WNOHANG) == process { return false }
        return kill(process, 0) == 0 || errno == EPERM
    }
}
