import CLibSSH
import Glibc

/// TCP sockets on loopback addresses, non-blocking.
enum LoopbackSocket {
    /// A socket on its way to an address; -1 when that is refused at once.
    static func connecting(to address: String, port: UInt16) -> Int32 {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, flags, 0)
        guard descriptor >= 0 else { return -1 }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        let connected = withName(address, port) { connect(descriptor, $0, $1) }
        if connected == 0 || errno == EINPROGRESS { return descriptor }
        close(descriptor)
        return -1
    }

    /// The socket name of an address, for as long as `body` runs.
    static func withName<Result>(
        _ address: String,
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result
    ) -> Result {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        return withUnsafeBytes(of: &name) {
            body($0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
    }
}
