import CLibSSH
import Glibc

/// A Unix socket in the lab's folder, which may lie deeper than a socket address can say: it goes by descriptor.
enum ControlSocket {
    /// - Throws: `LabError` when the folder cannot be used.
    static func listen(in folder: LabFolder) throws(LabError) -> Int32 {
        unlink(folder.path + "/" + LabFolder.controlSocket)
        let mask = umask(0o177)
        defer { umask(mask) }
        return try open(folder) { Glibc.bind($0, $1, $2) == 0 && Glibc.listen($0, 16) == 0 }
    }

    /// A connected socket with ten seconds of patience.
    static func connect(to folder: LabFolder) throws(LabError) -> Int32 {
        let descriptor = try open(folder) { Glibc.connect($0, $1, $2) == 0 }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    private static func open(
        _ folder: LabFolder,
        _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) throws(LabError) -> Int32 {
        let place = Glibc.open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard place >= 0 else { throw LabError.system("open", on: folder.path) }
        defer { close(place) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LabError.system("socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = "/proc/self/fd/\(place)/" + LabFolder.controlSocket
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isDone = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard isDone else {
            let failure = LabError.system("the lab's socket", on: folder.path)
            close(descriptor)
            throw failure
        }
        return descriptor
    }
}
