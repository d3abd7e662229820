import FleetModel
import Glibc
import Operations
import Synchronization

/// The standard input of a job, in chunks.
final class JobInput: Sendable {
    struct Unreadable: Error {
        let reason: String
    }

    private let input: StandardInput
    private let descriptor: Int32
    private let prefix: Mutex<[UInt8]>
    private let isGiven = Mutex(false)
    private static let chunk = 256 << 10

    /// - Throws: `RemoteError` when the file cannot be opened: nothing has begun then.
    init(_ input: StandardInput, after prefix: [UInt8] = [], node: NodeName) throws(RemoteError) {
        self.input = input
        self.prefix = Mutex(prefix)
        guard case .file(let path) = input else {
            descriptor = -1
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw RemoteError(
                .cancelled,
                node,
                "\(path) cannot be read: \(String(cString: strerror(errno)))",
                advice: "nothing was run; name a file that this user may read"
            )
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next chunk, or nil at the end. - Throws: `Unreadable`, `CancellationError`, whatever the stream throws.
    func next() async throws -> [UInt8]? {
        let first = prefix.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
        guard first.isEmpty else { return first }
        switch input {
        case .empty: return nil
        case .bytes(let bytes):
            let isFirst = isGiven.withLock { given in
                defer { given = true }
                return !given
            }
            return isFirst ? bytes : nil
        case .file: return try readFile()
        case .stream(let next):
            try Task.checkCancellation()
            return try await next()
        }
    }

    private func readFile() throws -> [UInt8]? {
        try Task.checkCancellation()
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw Unreadable(reason: String(cString: strerror(errno))) }
        return count == 0 ? nil : Array(buffer[..<count])
    }
}
