package import FleetModel
import Glibc
package import Operations
import Synchronization

/// The daemon's end of the Unix socket: hands every request to the ports, streams what comes back.
package final class DaemonServer: Sendable {
    private let shell: any RemoteShell
    private let service: any DaemonService
    private let listener: Int32
    private let path: String
    private let sockets = Mutex<[ObjectIdentifier: FrameSocket]>([:])

    /// Binds the socket. A stale one is replaced: the caller holds the daemon's lock, so nobody else listens there.
    ///
    /// - Throws: `StateError`.
    package init(path: String, shell: any RemoteShell, service: any DaemonService) throws(StateError) {
        self.shell = shell
        self.service = service
        self.path = path
        unlink(path)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let bound = try UnixAddress.with(path) { bind(listener, $0, $1) }
        guard bound == 0, chmod(path, 0o600) == 0, listen(listener, 128) == 0 else {
            let reason = String(cString: strerror(errno))
            close(listener)
            throw StateError("socket", "cannot listen on \(path): \(reason)")
        }
        self.listener = listener
    }

    /// Takes connections on a thread of its own until `stop`.
    package func start() {
        WorkThread.start { [self] in
            while true {
                let file = accept(listener, nil, nil)
                if file < 0, errno == EINTR || errno == ECONNABORTED { continue }
                if file < 0, errno == EMFILE || errno == ENFILE {
                    usleep(50_000)
                    continue
                }
                guard file >= 0 else { return }
                _ = fcntl(file, F_SETFD, FD_CLOEXEC)
                isOwner(file) ? serve(FrameSocket(file: file)) : discard(file)
            }
        }
    }

    /// Ends every connection; the jobs of their commands are cancelled.
    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
        for socket in sockets.withLock({ Array($0.values) }) { socket.hangUp() }
    }

    deinit {
        close(listener)
    }

    /// The folder already keeps others out; the kernel's word is one more lock.
    private func isOwner(_ file: Int32) -> Bool {
        // `struct ucred` (process, user, group) is not in Swift's view of glibc; its layout is the kernel's contract.
        var peer: [UInt32] = [0, UInt32.max, 0]
        var size = socklen_t(MemoryLayout<UInt32>.size * peer.count)
        return getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer[1] == geteuid()
    }

    private func discard(_ file: Int32) {
        close(file)
    }

    private func serve(_ socket: FrameSocket) {
        let id = ObjectIdentifier(socket)
        sockets.withLock { $0[id] = socket }
        let conversations = Conversations(socket: socket, shell: shell, service: service)
        socket.start { [self] frame in
            guard let frame else {
                conversations.cancelAll()
                sockets.withLock { _ = $0.removeValue(forKey: id) }
                return
            }
            conversations.receive(frame)
        }
    }
}
