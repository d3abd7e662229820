import Glibc
import Synchronization

/// The process' own streams: whole writes, and a quiet end when the reader has gone.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case errors = 2

    /// The first error number of a write to standard output that failed; 0 while none did.
    private static let lost = Atomic<Int32>(0)

    /// Why results did not arrive, as the system says it; nil when all did, or the reader had gone.
    package static var lostOutput: String? {
        let number = lost.load(ordering: .relaxed)
        return number == 0 ? nil : String(cString: strerror(number)).lowercased()
    }

    package func write(_ text: String) {
        write(bytes: Array(text.utf8))
    }

    package func write(bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(rawValue, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var waiting = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, 1000)
                continue
            }
            guard count > 0 else { return note(errno) }
            done += count
        }
    }

    private func note(_ number: Int32) {
        // `flotilla list | head`: the reader has what it wanted. A closed stream was closed by the caller.
        guard self == .output, number != EPIPE, number != EBADF else { return }
        _ = Self.lost.compareExchange(expected: 0, desired: number, ordering: .relaxed)
    }
}
