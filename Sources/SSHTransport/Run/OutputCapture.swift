import FleetModel
import Glibc
import Operations

/// Keeps what one stream prints: the first bytes in memory, the rest in a file, what is beyond only counted.
struct OutputCapture {
    private let limits: OutputLimits
    private let spillName: String
    private var head: [UInt8] = []
    private var total = 0
    private var isTruncated = false
    private var spill: (path: String, descriptor: Int32)?
    private var cannotSpill = false

    /// - `spillName`: the name of the file, should one be needed; ends in six random letters of `mkstemp`.
    init(_ limits: OutputLimits, spillName: String) {
        self.limits = limits
        self.spillName = spillName
    }

    mutating func append(_ bytes: [UInt8]) {
        let kept = max(0, min(bytes.count, limits.total - total))
        total += bytes.count
        if kept < bytes.count { isTruncated = true }
        guard kept > 0, !cannotSpill else { return }
        let room = max(0, limits.memory - head.count)
        if spill == nil, kept > room { openSpill() }
        head.append(contentsOf: bytes.prefix(min(kept, room)))
        if spill != nil {
            write(bytes.prefix(kept)[...])
        } else if kept > room {
            cannotSpill = true
            isTruncated = true
        }
    }

    /// Closes the file, if there is one.
    mutating func finish() -> CapturedOutput {
        if let spill { close(spill.descriptor) }
        return CapturedOutput(head, spill: spill?.path, total: total, isTruncated: isTruncated)
    }

    private mutating func openSpill() {
        guard let directory = limits.spillDirectory else { return }
        var path = Array("\(directory)/\(spillName).XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let name = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        spill = (name, descriptor)
        write(head[...])
    }

    /// A full disk ends the keeping, not the command: the result says that it is truncated.
    private mutating func write(_ bytes: ArraySlice<UInt8>) {
        guard let descriptor = spill?.descriptor else { return }
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                cannotSpill = true
                isTruncated = true
                return
            }
            rest = rest.dropFirst(written)
        }
    }
}
