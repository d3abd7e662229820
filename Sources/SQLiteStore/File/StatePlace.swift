import FleetModel
import Glibc

/// The folder and file that state lives in: there, ours, and writable, before SQLite touches anything.
struct StatePlace {
    let path: String

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    func check() throws(StateError) {
        var status = stat()
        guard stat(folder, &status) == 0 else { throw missingFolder(errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw missingFolder(ENOTDIR) }
        try checkOwner(status, of: folder)
        guard access(folder, W_OK | X_OK) == 0 else { throw StateError.notWritable(folder, errno: errno) }
        guard stat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StateError("foreign_file", "\(path) is not a file", advice: "move it away, or use another home")
        }
        try checkOwner(status, of: path)
        guard access(path, R_OK | W_OK) == 0 else { throw StateError.notWritable(path, errno: errno) }
    }

    /// SQLite would make the file readable by others; the log files beside it take over its mode.
    func makePrivateFile() throws(StateError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = errno
            throw reason == ENOSPC || reason == EDQUOT
                ? StateError.diskFull(path, detail: message(reason)) : StateError.notWritable(path, errno: reason)
        }
        Glibc.close(descriptor)
    }

    private func checkOwner(_ status: stat, of place: String) throws(StateError) {
        guard status.st_uid != geteuid() else { return }
        throw StateError(
            "wrong_owner",
            "\(place) belongs to user \(status.st_uid), but this is user \(geteuid())",
            advice: "run as its owner, or name another home with --home, or: chown -R \(geteuid()) \(folder)"
        )
    }

    private func missingFolder(_ reason: Int32) -> StateError {
        StateError("missing_folder", "\(folder): \(message(reason))", advice: "make it with: flotilla init")
    }
}

/// What the system says about an error number.
func message(_ number: Int32) -> String { String(cString: strerror(number)) }
