package import FleetModel
import Glibc

/// One process at a time: a lock that the kernel drops when its holder ends, however it ends.
package final class ProcessLock: Sendable {
    private let file: Int32

    /// `busy`: the error for the operator, given the holder's process.
    /// - Throws: `StateError` with `state.already_running`, naming the holder's process.
    package init(path: String, busy: (String) -> StateError = daemonRuns) throws(StateError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StateError("unwritable", "cannot open \(path): \(DiskTrouble.text(of: errno))")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.text(of: file)
            close(file)
            throw busy(holder)
        }
        self.file = file
        _ = ftruncate(file, 0)
        let text = "\(getpid())\n"
        _ = text.withCString { pwrite(file, $0, strlen($0), 0) }
    }

    package static func daemonRuns(holder: String) -> StateError {
        StateError(
            "already_running",
            "a daemon already runs on this home: process \(holder)",
            advice: "run: flotilla collector status, or: flotilla collector stop"
        )
    }

    deinit {
        close(file)
    }

    /// The process that holds the lock at this path, or nil when none does.
    package static func holder(of path: String) -> Int32? {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return nil }
        return Int32(text(of: file))
    }

    private static func text(of file: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(file, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }
}
