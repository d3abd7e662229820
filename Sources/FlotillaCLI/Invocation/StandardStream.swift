import Glibc

/// The process' own streams: whole writes, and a quiet end when the reader has gone.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case errors = 2

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
            // `flotilla list | head`: the reader has what it wanted.
            guard count > 0 else { return }
            done += count
        }
    }
}
