import FleetModel
import Glibc

/// A Unix socket's address; paths longer than the system takes are refused by name.
enum UnixAddress {
    /// Calls the body with the address of a path.
    ///
    /// - Throws: `StateError` when the path is too long for a socket.
    static func with<R>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) throws(StateError) -> R {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            throw StateError(
                "path_too_long",
                "the socket's path is \(path.utf8.count) bytes long, the system takes \(room - 1): \(path)",
                advice: "choose a shorter --home"
            )
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
