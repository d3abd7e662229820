import FleetModel
import Glibc

/// `--outdir`: each node's outputs as files, raw and whole.
struct OutputFolder {
    private let path: String

    init(_ path: String) {
        self.path = CommandContext.absolute(path)
    }

    /// Makes the folder before anything runs, so that a bad path costs nothing.
    func prepare() throws(UsageError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST, access(path, W_OK) == 0 else { throw trouble(path) }
    }

    func write(_ results: [(node: NodeName, result: CommandResult)]) throws(UsageError) {
        for (node, result) in results {
            try write(result.stdout, to: "\(path)/\(node).out")
            try write(result.stderr, to: "\(path)/\(node).err")
        }
    }

    private func write(_ output: CapturedOutput, to file: String) throws(UsageError) {
        let target = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard target >= 0 else { throw trouble(file) }
        defer { close(target) }
        guard let spill = output.spill else { return try append(output.head[...], to: target, file) }
        let source = open(spill, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw trouble(spill) }
        defer { close(source) }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while case let count = read(source, &buffer, buffer.count), count > 0 {
            try append(buffer[..<count], to: target, file)
        }
        unlink(spill)
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
