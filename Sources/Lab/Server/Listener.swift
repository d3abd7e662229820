import CLibSSH
import Glibc

/// A listening socket on a loopback address.
final class Listener: Watcher {
    private let descriptor: Int32
    private unowned let loop: ServerLoop
    private let accepted: (Int32) -> Void

    /// - `address`: `127.x.y.z`; `0.0.0.0` is bound to the loopback device and never heard outside.
    /// - `accepted`: Owns the non-blocking descriptor that it is given.
    init(_ address: String, port: UInt16, loop: ServerLoop, accepted: @escaping (Int32) -> Void) throws(LabError) {
        self.descriptor = try Self.listen(address, port)
        self.loop = loop
        self.accepted = accepted
        loop.poller.watch(descriptor, for: .read, self)
    }

    func stop() {
        loop.poller.forget(descriptor)
        close(descriptor)
    }

    /// Closes so that the client sees a reset, not an orderly end.
    static func reset(_ descriptor: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        for _ in 0..<64 {
            let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let connection = accept4(descriptor, nil, nil, flags)
            if connection >= 0 {
                var on: Int32 = 1
                setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
                accepted(connection)
            } else if errno == EMFILE || errno == ENFILE {
                return rest()
            } else if errno != ECONNABORTED && errno != EINTR {
                return
            }
        }
    }

    /// Out of descriptors: asking again at once would only burn the processor.
    private func rest() {
        loop.poller.forget(descriptor)
        loop.after(.milliseconds(200)) { [weak self] in
            guard let self else { return }
            self.loop.poller.watch(self.descriptor, for: .read, self)
        }
    }

    private static func listen(_ address: String, _ port: UInt16) throws(LabError) -> Int32 {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, flags, 0)
        guard descriptor >= 0 else { throw LabError.system("socket") }
        do throws(LabError) {
            try open(descriptor, address, port)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func open(_ descriptor: Int32, _ address: String, _ port: UInt16) throws(LabError) {
        let place = "\(address):\(port)"
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        if address == "0.0.0.0" {
            let device = setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3)
            guard device == 0 else { throw LabError.system("binding to the loopback device", on: place) }
        }
        let bound = LoopbackSocket.withName(address, port) { bind(descriptor, $0, $1) }
        guard bound == 0 else { throw LabError.system("bind", on: place) }
        guard Glibc.listen(descriptor, 4096) == 0 else { throw LabError.system("listen", on: place) }
    }
}
