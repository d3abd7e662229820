package import FleetModel
import Glibc
import Synchronization

/// A TCP proxy in front of a server on this machine, which can be slow and can be cut in the middle of a command.
package final class CuttableProxy: Sendable {
    package let port: Port
    private let listener: Listener
    private let pairs = Mutex<[Int32]>([])
    private let accepted = Mutex(0)

    /// - `delay`: time that every piece of data waits in both directions.
    package init(to server: Port, delay: Duration = .zero, in bed: TestBed) throws {
        listener = try Listener(backlog: 512)
        port = listener.port
        let microseconds = UInt32(delay.milliseconds * 1000)
        NativeThread.start { [self] in serve(server, delay: microseconds) }
        bed.atEnd { [self] in
            listener.close()
            cut()
        }
    }

    /// How many connections were made through it so far.
    package var connections: Int { accepted.withLock { $0 } }

    /// Ends all present connections in both directions, as a pulled cable that is noticed.
    package func cut() {
        pairs.withLock { open in
            open.forEach { shutdown($0, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ server: Port, delay: UInt32) {
        while true {
            let near = accept(listener.descriptor, nil, nil)
            guard near >= 0 else { return }
            guard let far = Listener.connect(to: server) else {
                close(near)
                continue
            }
            accepted.withLock { $0 += 1 }
            pairs.withLock { $0 += [near, far] }
            NativeThread.start { Self.copy(from: near, to: far, delay: delay) }
            NativeThread.start { Self.copy(from: far, to: near, delay: delay) }
        }
    }

    // The descriptors stay open until the process ends: closing one while the other direction uses it, or while
    // `cut` walks the list, would hit a stranger's descriptor.
    private static func copy(from source: Int32, to target: Int32, delay: UInt32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            if delay > 0 { usleep(delay) }
            var sent = 0
            while sent < count {
                let step = buffer.withUnsafeBytes { bytes in
                    send(target, bytes.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
                }
                guard step > 0 else { return }
                sent += step
            }
        }
        shutdown(target, Int32(SHUT_WR))
    }
}
