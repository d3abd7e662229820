import FleetModel
import Glibc
import Operations

/// A job's standard input as chunks, one for each time the daemon asks.
actor InputSource {
    private let input: StandardInput
    private var file: Int32?
    private var isDone = false
    private static let chunk = 128 << 10

    init(_ input: StandardInput) {
        self.input = input
    }

    func next() async throws -> [UInt8]? {
        guard !isDone else { return nil }
        switch input {
        case .empty:
            isDone = true
            return nil
        case .bytes(let bytes):
            isDone = true
            return bytes
        case .stream(let next): return try await next()
        case .file(let path): return try read(path)
        }
    }

    deinit {
        if let file { close(file) }
    }

    private func read(_ path: String) throws -> [UInt8]? {
        if file == nil { file = open(path, O_RDONLY | O_CLOEXEC) }
        guard let file, file >= 0 else {
            throw UsageError("bad_file", "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        let count = Glibc.read(file, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return Array(buffer.prefix(count))
    }
}
