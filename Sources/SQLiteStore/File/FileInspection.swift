import FleetModel
import Glibc

/// A look at the raw bytes before SQLite opens the files: what it would silently pass over or "repair" is refused here.
struct FileInspection {
    let path: String

    /// True when there is nothing in the file yet.
    var isEmpty: Bool { Self.size(of: path) == 0 }

    /// True when there is something in the file.
    var isThere: Bool { Self.size(of: path) > 0 }

    /// True for a file of no bytes; false where there is none.
    var isThereButEmpty: Bool { access(path, F_OK) == 0 && isEmpty }

    /// True when a transaction from before the file's first write-ahead log was cut off.
    var hasRollbackJournal: Bool { Self.size(of: path + "-journal") > 0 }

    func check() throws(StateError) {
        guard let header = Self.bytes(of: path, count: 100), !header.isEmpty else {
            // A log without its file: the file was lost, and an empty one in its place would lose the log as well.
            if Self.size(of: path + "-wal") > 0 {
                throw StateError.damaged(path, because: "the file is gone or empty, but its write-ahead log is there")
            }
            return
        }
        try checkHeader(header)
        try checkLog(pageSize: Self.pageSize(header))
    }

    private func checkHeader(_ header: [UInt8]) throws(StateError) {
        let magic = Array("SQLite format 3".utf8) + [0]
        guard header.starts(with: magic) else {
            throw StateError.damaged(path, because: "it does not begin as an SQLite database does")
        }
        let pageSize = Self.pageSize(header)
        guard header.count == 100, pageSize >= 512, pageSize & (pageSize - 1) == 0 else {
            throw StateError.damaged(path, because: "its header makes no sense")
        }
        let size = Self.size(of: path)
        // While a log waits, the file may rightly be behind its header: a checkpoint may have been cut off.
        guard Self.size(of: path + "-wal") == 0, Self.number(header, at: 24) == Self.number(header, at: 92) else {
            return
        }
        let expected = Int(Self.number(header, at: 28)) * pageSize
        guard size >= expected else {
            throw StateError.damaged(path, because: "it is cut short: \(size) of \(expected) bytes")
        }
    }

    /// SQLite takes a log with a bad header for an empty one and drops the committed work in it; so it must not see it.
    private func checkLog(pageSize: Int) throws(StateError) {
        let log = path + "-wal"
        for attempt in 1...3 {
            guard Self.size(of: log) >= 32 + 24 + pageSize, let header = Self.bytes(of: log, count: 32) else { return }
            if Self.isLogHeader(header) { return }
            // Another process may be starting the log afresh this very moment.
            if attempt < 3 { usleep(20_000) }
        }
        throw StateError.damaged(log, because: "the header of the write-ahead log is damaged")
    }

    /// Magic, version and the checksum over both, as in the section "WAL File Format" of SQLite's file format.
    private static func isLogHeader(_ header: [UInt8]) -> Bool {
        guard header.count == 32, number(header, at: 0) & ~1 == 0x377F_0682 else { return false }
        let bigEndian = number(header, at: 0) & 1 == 1
        var sums: (UInt32, UInt32) = (0, 0)
        for offset in stride(from: 0, to: 24, by: 8) {
            let words = (number(header, at: offset), number(header, at: offset + 4))
            sums.0 &+= (bigEndian ? words.0 : words.0.byteSwapped) &+ sums.1
            sums.1 &+= (bigEndian ? words.1 : words.1.byteSwapped) &+ sums.0
        }
        return sums == (number(header, at: 24), number(header, at: 28))
    }

    private static func pageSize(_ header: [UInt8]) -> Int {
        guard header.count >= 18 else { return 0 }
        let size = Int(header[16]) << 8 | Int(header[17])
        return size == 1 ? 65_536 : size
    }

    private static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        guard offset + 4 <= bytes.count else { return 0 }
        return bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func bytes(of path: String, count: Int) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, count, 0))
        }
    }
}
