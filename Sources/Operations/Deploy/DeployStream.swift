import Glibc
import Synchronization

/// The stream that a node gets: a tar archive of numbered files, made while it is sent.
///
/// Names on the node stand in the scripts inside, so no name in the archive can lead anywhere else.
final class DeployStream: Sendable {
    private enum Piece {
        case bytes([UInt8])
        case file(path: [UInt8], size: Int)
    }

    private struct State {
        var pieces: [Piece]
        var open: (descriptor: Int32, left: Int)?
    }

    private let state: Mutex<State>
    private static let chunk = 256 << 10

    init(_ plan: DeployPlan) {
        var pieces: [Piece] = []
        for (name, bytes) in [("prepare", plan.prepareScript), ("place", plan.placeScript), ("sums", plan.sums)] {
            pieces.append(.bytes(TarHeader.block(name: name, size: bytes.count, mode: 0o600) + TarHeader.padded(bytes)))
        }
        for (index, entry) in plan.payload.enumerated() {
            guard case .file(let size, _) = entry.content else { continue }
            pieces.append(.bytes(TarHeader.block(name: "\(index)", size: size, mode: entry.mode & 0o777)))
            pieces.append(.file(path: entry.path, size: size))
            pieces.append(.bytes(TarHeader.padding(after: size)))
        }
        pieces.append(.bytes(TarHeader.block(name: "whole", size: 0, mode: 0o600)))
        pieces.append(.bytes([UInt8](repeating: 0, count: 10_240)))
        state = Mutex(State(pieces: pieces.reversed()))
    }

    deinit {
        state.withLock { state in
            if let open = state.open { close(open.descriptor) }
        }
    }

    /// The next chunk; nil at the end. - Throws: `UsageError` when a source file cannot be read any more.
    func next() throws -> [UInt8]? {
        try state.withLock { state in
            while true {
                if let bytes = try Self.readOpen(&state) { return bytes }
                guard let piece = state.pieces.popLast() else { return nil }
                switch piece {
                case .bytes(let bytes):
                    if !bytes.isEmpty { return bytes }
                case .file(let path, let size):
                    let descriptor = Glibc.open(path.map(CChar.init(bitPattern:)) + [0], O_RDONLY | O_CLOEXEC)
                    guard descriptor >= 0 else { throw DeploySource.unreadable(path) }
                    state.open = (descriptor, size)
                }
            }
        }
    }

    private static func readOpen(_ state: inout State) throws -> [UInt8]? {
        guard let open = state.open else { return nil }
        guard open.left > 0 else {
            close(open.descriptor)
            state.open = nil
            return nil
        }
        var buffer = [UInt8](repeating: 0, count: min(chunk, open.left))
        let count = read(open.descriptor, &buffer, buffer.count)
        // A file that became shorter meanwhile is filled up with zeros: the hash will tell.
        let bytes = count > 0 ? Array(buffer[..<count]) : buffer
        state.open = (open.descriptor, open.left - bytes.count)
        return bytes
    }
}

/// Headers of the `ustar` format.
enum TarHeader {
    static func block(name: String, size: Int, mode: UInt16) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(name, at: 0)
        put(octal(Int(mode), 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        putSize(size, &block)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6), at: 148)
        block[154] = 0
        return block
    }

    /// 8 GiB and more do not fit into octal digits: then base 256, as GNU and busybox read it.
    private static func putSize(_ size: Int, _ block: inout [UInt8]) {
        guard size >= 1 << 33 else { return block.replaceSubrange(124..<135, with: octal(size, 11).utf8) }
        for index in 0..<8 { block[135 - index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
        block[124] = 0x80
    }

    static func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + padding(after: bytes.count) }

    static func padding(after size: Int) -> [UInt8] { [UInt8](repeating: 0, count: (512 - size % 512) % 512) }

    private static func octal(_ number: Int, _ width: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
