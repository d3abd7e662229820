package import FleetModel
import Glibc

/// TCP ports of the loopback network.
package enum TestPort {
    /// A port that nobody listens on at the moment.
    ///
    /// Not one of those that the kernel gives to outgoing connections: such a port may be taken again before a server
    /// has it, or even be connected to itself.
    package static func free() throws -> Port {
        for _ in 0..<1000 {
            let port = try Port(Int.random(in: 10_000..<20_000))
            guard let listener = try? Listener(backlog: 1, port: port) else { continue }
            listener.close()
            return port
        }
        throw FixtureError("no port between 10000 and 20000 is free")
    }

    /// Waits until a server speaks (any first byte), at most a minute.
    ///
    /// - Throws: `FixtureError` when it never does; `log` is quoted in it.
    package static func waitForBanner(_ port: Port, of process: ServerProcess, log: String) throws {
        for _ in 0..<6000 {
            guard process.isRunning else { break }
            if speaks(port) { return }
            usleep(10_000)
        }
        throw FixtureError("no server came up on port \(port): " + ((try? Scratch.text(log)) ?? ""))
    }

    private static func speaks(_ port: Port) -> Bool {
        guard let descriptor = Listener.connect(to: port) else { return false }
        defer { close(descriptor) }
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, 10_000) == 1 else { return false }
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, 0) == 1
    }
}

/// A listening socket on every loopback address.
struct Listener: Sendable {
    let descriptor: Int32
    let port: Port

    /// Listens on this port, or on one that the kernel picks.
    init(backlog: Int32, port wanted: Port? = nil) throws {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        descriptor = handle
        var address = Self.address(wanted?.number ?? 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(handle, generic, length) == 0 && listen(handle, backlog) == 0
                    && getsockname(handle, generic, &length) == 0
            }
        }
        guard bound else {
            let reason = errno
            Glibc.close(handle)
            throw FixtureError("cannot listen on loopback: errno \(reason)")
        }
        port = try Port(Int(UInt16(bigEndian: address.sin_port)))
    }

    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
    }

    /// A blocking connection to a port of this machine.
    static func connect(to port: Port) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(port.number)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else {
            Glibc.close(descriptor)
            return nil
        }
        return descriptor
    }

    /// A connection that may never come about: not waited for.
    static func beginConnecting(to port: Port) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        var address = Self.address(port.number)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return address
    }
}
