import FleetModel
import Glibc
import Operations

/// `--outdir`: each node's outputs as files, raw and whole.
struct OutputFolder {
    private let path: String

    init(_ path: String) {
        self.path = CommandContext.absolute(path)
    }

    /// Makes the folder before anything runs, so that a bad path costs nothing.
    func prepare() throws(UsageError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST, access(path, W_OK) == 0 else { throw trouble(path) }
        // EEXIST may be a file.
        guard access(path + "/.", X_OK) == 0 else { throw trouble(path) }
    }

    /// Writes the files of every node, also after one that cannot be written whole.
    ///
    /// - Throws: `UsageError` for the first file that is not whole.
    func write(_ results: [(node: NodeName, result: CommandResult)]) throws(UsageError) {
        var first: UsageError?
        for (node, result) in results {
            for (output, suffix) in [(result.stdout, "out"), (result.stderr, "err")] {
                do throws(UsageError) {
                    try write(output, to: "\(path)/\(node).\(suffix)")
                } catch {
                    first = first ?? error
                }
            }
        }
        if let first { throw first }
    }

    private func write(_ output: CapturedOutput, to file: String) throws(UsageError) {
        let target = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard target >= 0 else { throw trouble(file) }
        defer { close(target) }
        guard let spill = output.spill, Self.size(of: spill) >= output.head.count else {
            try append(output.head[...], to: target, file)
            return try checkWhole(output, file, kept: output.head.count)
        }
        let kept = Self.size(of: spill)
        let source = open(spill, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw trouble(spill) }
        defer { close(source) }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while case let count = read(source, &buffer, buffer.count), count > 0 {
            try append(buffer[..<count], to: target, file)
        }
        unlink(spill)
        try checkWhole(output, file, kept: kept)
    }

    /// Whole is what was promised: a full disk under the spill folder must not pass for a short output.
    private func checkWhole(_ output: CapturedOutput, _ file: String, kept: Int) throws(UsageError) {
        guard output.isTruncated else { return }
        throw UsageError(
            "bad_outdir",
            "\(file) has only the first \(kept) of \(output.total) bytes",
            advice: kept >= OutputLimits().total
                ? "the command ran; no more than that is kept of one output: let the command write to a file on the node"
                : "the command ran; see whether the disk under the home has room: df -h"
        )
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private func append(_ bytes: ArraySlice<UInt8>, to target: Int32, _ file: String) throws(UsageError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(target, $0.baseAddress, $0.count) }
            guard count > 0 else { throw trouble(file) }
            rest = rest.dropFirst(count)
        }
    }

    private func trouble(_ file: String) -> UsageError {
        UsageError("bad_outdir", "cannot write \(file): \(String(cString: strerror(errno)).lowercased())")
    }
}
