import CLibSSH
import Glibc

/// Connections of a process that was killed: their `ssh` would hold the nodes' sessions for ever.
///
/// Each process's private folder carries its number; what belongs to a process that is gone is ended at the next start.
enum OpenSSHLeftovers {
    private static let prefix = "flt-ssh-"

    static func folderTemplate(in runtimeFolder: String) -> String { "\(runtimeFolder)/\(prefix)\(getpid())-XXXXXX" }

    static func clear(in runtimeFolder: String) {
        for name in names(in: runtimeFolder) where name.hasPrefix(prefix) {
            let folder = runtimeFolder + "/" + name
            guard let owner = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }), isOurs(folder),
                kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            for connection in names(in: folder) { clear(folder + "/" + connection) }
            rmdir(folder)
        }
    }

    private static func clear(_ connection: String) {
        MuxSocket.terminate(connection + "/s")
        for name in ["trust", "askpass", "ask", "answer"] { unlink(connection + "/q/" + name) }
        rmdir(connection + "/q")
        unlink(connection + "/s")
        rmdir(connection)
    }

    private static func isOurs(_ folder: String) -> Bool {
        var info = stat()
        return lstat(folder, &info) == 0 && info.st_uid == geteuid() && info.st_mode & S_IFMT == S_IFDIR
    }

    private static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

extension MuxSocket {
    /// Asks a multiplexing ssh to end, and waits at most a second for it.
    static func terminate(_ path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard connect(descriptor, path) else { return }
        var bytes: [UInt8] = []
        // Hello of version 4, then MUX_C_TERMINATE.
        for number: UInt32 in [8, 1, 4, 8, 0x1000_0005, 0] { bytes.append(uint32: number) }
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
        var buffer = [UInt8](repeating: 0, count: 256)
        while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
    }
}
