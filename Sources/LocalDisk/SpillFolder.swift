import Glibc
package import Operations

/// Output past the memory limit lands in files; whoever was told of one has a day to read it.
package enum SpillFolder {
    private static let day = 86_400

    /// Removes what is older than a day. Nothing here is worth an error: the next run sweeps again.
    package static func sweep(_ home: Home, nowSeconds: Int) {
        guard let folder = opendir(home.spill) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let path = home.spill + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if nowSeconds - Int(status.st_mtim.tv_sec) > day { unlink(path) }
        }
    }
}
