import FleetModel
import Glibc

/// `--stdin`: a file that every node's command reads.
struct InputFile {
    private let path: String

    init(_ path: String) {
        self.path = CommandContext.absolute(path)
    }

    /// Looks before anything runs, so that a bad path costs nothing.
    ///
    /// - Returns: the absolute path.
    /// - Throws: `UsageError` when this user cannot read it, or it is a folder.
    func checked() throws(UsageError) -> String {
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
            throw trouble(String(cString: strerror(errno)).lowercased())
        }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw trouble("is a directory") }
        return path
    }

    private func trouble(_ reason: String) -> UsageError {
        UsageError("unreadable_file", "\(path): \(reason)", advice: "--stdin takes a file that this user may read")
    }
}
