package import FleetModel
package import Glibc

/// Files that are either the old or the new ones, whatever happens in between.
package enum AtomicFile {
    /// Writes beside the target, syncs file and folder, and renames.
    ///
    /// - Throws: `StateError` (`state.disk_full` when the disk is); the old file is untouched.
    package static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(StateError) {
        let temporary = path + ".new-\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw trouble(path) }
        do throws(StateError) {
            defer { close(file) }
            try writeAll(bytes, to: file, path)
            guard fchmod(file, mode) == 0, fsync(file) == 0 else { throw trouble(path) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw trouble(path) }
        syncFolder(of: path)
    }

    /// Adds a line to a file of its owner alone. Not synced: for notes whose loss only costs doing something again.
    package static func append(_ line: String, to path: String) throws(StateError) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw trouble(path) }
        defer { close(file) }
        try writeAll(Array(line.utf8), to: file, path)
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32, _ path: String) throws(StateError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw trouble(path) }
            done += count
        }
    }

    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }

    private static func trouble(_ path: String) -> StateError {
        let number = errno
        let full = number == ENOSPC || number == EDQUOT
        return StateError(
            full ? "disk_full" : "unwritable",
            "cannot write \(path): \(DiskTrouble.text(of: number))",
            advice: full ? "make room on the disk that holds it; nothing was changed" : nil
        )
    }
}
