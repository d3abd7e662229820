import CLibSSH
import Glibc

/// A local file in chunks, read by a thread of the pool.
// SAFETY: one chunk is read at a time: the next is asked for when the one before has been handed over.
final class FileSource: @unchecked Sendable {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String
    // Only one call is under way at a time: whoever reads asks for the next chunk after it has the last one.
    private var descriptor: Int32 = -1

    init(_ path: String) {
        self.path = path
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Opens the file, which the first read would do else.
    func open() async throws(Unreadable) {
        try await BlockingPool.work.run { self.opened() }.get()
    }

    /// - Returns: nil at the end of the file.
    @Sendable
    func next() async throws -> [UInt8]? {
        try await BlockingPool.work.run { self.read() }.get()
    }

    private func opened() -> Result<Void, Unreadable> {
        if descriptor < 0 { descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        return descriptor < 0 ? .failure(failure) : .success(())
    }

    private func read() -> Result<[UInt8]?, Unreadable> {
        if case .failure(let error) = opened() { return .failure(error) }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(failure) }
            return .success(count == 0 ? nil : Array(buffer.prefix(count)))
        }
    }

    private var failure: Unreadable { Unreadable(description: "\(path): \(String(cString: strerror(errno)))") }
}
