import Glibc

/// Held while a lab runs in a folder: two of them would cut each other's connections.
struct FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `LabError` that names the other lab's process.
    init(_ folder: LabFolder) throws(LabError) {
        descriptor = open(folder.path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LabError.system("open", on: folder.path + "/lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            let pid = (try? LabManifest.read(from: folder)).map { " (process \($0.pid))" } ?? ""
            throw LabError(
                "running",
                "a lab already runs in \(folder.path)\(pid)",
                advice: "end it with “lab down”, or use another home"
            )
        }
    }

    func release() { close(descriptor) }
}
