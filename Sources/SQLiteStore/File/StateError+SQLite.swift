import FleetModel
import GRDB
import Glibc

extension StateError {
    /// SQLite's result code in the operator's words.
    init(sqlite error: DatabaseError, path: String) {
        let detail = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path, detail: detail)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path, because: detail)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: self = .notWritable(path, errno: EACCES, detail: detail)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                "busy",
                "\(path): another process has held the database for too long",
                advice: "see which with: fuser \(path), then try again"
            )
        case .SQLITE_IOERR where Self.isFull(path): self = .diskFull(path, detail: detail)
        case .SQLITE_IOERR:
            self.init("io_error", "\(path): \(detail)", advice: "look at the disk: dmesg, then smartctl -a")
        default:
            self.init("unexpected", "\(path): \(detail) (\(error.extendedResultCode))")
        }
    }

    static func damaged(_ path: String, because reason: String) -> StateError {
        StateError(
            "damaged",
            "\(path) is damaged: \(reason)",
            advice: mend(of: path)
        )
    }

    /// The newest copy and the very command, where there is a copy.
    private static func mend(of path: String) -> String {
        let home = folder(of: path)
        guard let copy = RegistryCopies(folder: home + "/backups").paths().first, copy != path else {
            return "nothing was changed, and \(home)/backups holds no copy to restore; save what can be read with: "
                + "sqlite3 \(path) .recover"
        }
        return "nothing was changed; restore the newest copy (the damaged one is kept beside it) with: "
            + "flotilla registry restore \(ShellQuoting.quote(copy)) --home \(ShellQuoting.quote(home))"
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    static func foreignFile(_ path: String) -> StateError {
        StateError(
            "foreign_file",
            "\(path) is a database of another program",
            advice: "nothing was changed; move it away, or name another home with --home"
        )
    }

    static func diskFull(_ path: String, detail: String) -> StateError {
        StateError(
            "disk_full",
            "no space left for \(path)\(StateError.disk(of: path)): \(detail)",
            advice: "nothing that was reported as done is lost; make room there, then do it again"
        )
    }

    static func notWritable(_ path: String, errno: Int32, detail: String? = nil) -> StateError {
        StateError(
            "not_writable",
            "\(path) cannot be written: \(detail ?? message(errno))",
            advice: "see with: ls -ld \(path) and findmnt -T \(path); or name another home with --home"
        )
    }

    private static func isFull(_ path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && status.f_bavail == 0
    }

    private static func disk(of path: String) -> String {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return "" }
        let unit = UInt64(status.f_frsize)
        return
            " (\((UInt64(status.f_bavail) * unit) >> 20) of \((UInt64(status.f_blocks) * unit) >> 20) MiB free on its disk)"
    }
}
