package import FleetModel
import Glibc

/// Far sides that are no SSH server.
package enum OddServer {
    /// Accepts connections and never says a word.
    package static func blackHole(in bed: TestBed) throws -> Port {
        try start(in: bed) { _ in }
    }

    /// Accepts a connection and closes it at once.
    package static func closer(in bed: TestBed) throws -> Port {
        try start(in: bed) { close($0) }
    }

    /// Says this to whoever connects, and leaves the connection open.
    package static func speaker(_ bytes: [UInt8], in bed: TestBed) throws -> Port {
        try start(in: bed) { connection in _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Listens with a full queue: the kernel drops further attempts to connect, as a firewall does.
    package static func dropper(in bed: TestBed) throws -> Port {
        let listener = try Listener(backlog: 0)
        let fillers = (0..<3).map { _ in Listener.beginConnecting(to: listener.port) }
        bed.atEnd {
            fillers.forEach { close($0) }
            listener.close()
        }
        return listener.port
    }

    private static func start(in bed: TestBed, _ greet: @escaping @Sendable (Int32) -> Void) throws -> Port {
        let listener = try Listener(backlog: 512)
        bed.atEnd { listener.close() }
        NativeThread.start {
            // Connections stay open until the process ends or the far side goes: there are few of them.
            while true {
                let connection = accept(listener.descriptor, nil, nil)
                if connection >= 0 {
                    greet(connection)
                } else if errno != EINTR && errno != ECONNABORTED {
                    return
                }
            }
        }
        return listener.port
    }
}

/// A thread for blocking calls, outside the pool on which the tests run.
enum NativeThread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let failed = pthread_create(
            &thread,
            nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            },
            work.toOpaque()
        )
        guard failed == 0 else { return work.release() }
        pthread_detach(thread)
    }
}
