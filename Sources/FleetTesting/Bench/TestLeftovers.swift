import Glibc

/// What a killed test process left on the machine: it is ended and removed when the next one begins.
///
/// Folders in `/tmp` and accounts are named `flt-PROCESS-…` after the test process that they belong to.
enum TestLeftovers {
    static let prefix = "flt-"

    /// Once a process: servers, mounts and folders of test processes that are gone.
    static func clear() { _ = cleared }

    // MNT_DETACH, whose imported type differs between C libraries.
    private static let detach: Int32 = 2

    private static let cleared: Void = {
        for name in abandonedFolders() {
            let folder = "/tmp/" + name
            ProcessesOnNode.end(containing: folder + "/")
            for mount in mounts(below: folder) { umount2(mount, detach) }
            Scratch.remove(folder)
        }
    }()

    /// True for a name after a process that is gone.
    static func isAbandoned(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), let owner = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }), owner > 1
        else { return false }
        return kill(owner, 0) != 0 && errno == ESRCH
    }

    private static func abandonedFolders() -> [String] {
        guard let handle = opendir("/tmp") else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if isAbandoned(name) { names.append(name) }
        }
        return names
    }

    /// The innermost first. The kernel writes a space in a path as `\\040`.
    private static func mounts(below folder: String) -> [String] {
        let lines = ((try? Scratch.text("/proc/self/mounts")) ?? "").split(separator: "\n")
        let paths = lines.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
        return paths.map(unescaped).filter { $0.hasPrefix(folder + "/") }.reversed()
    }

    private static func unescaped(_ path: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x5C, rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
