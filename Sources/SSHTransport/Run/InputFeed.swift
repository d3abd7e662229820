import CLibSSH
import FleetModel
import Glibc
import Operations

/// Sends a job's standard input as the node takes it, at most `limit` bytes ahead of it.
@SSHLoop
final class InputFeed {
    private static let limit = 512 << 10

    private let channel: Channel
    private let room = Waiter()
    private var task: Task<Void, Never>?

    /// - Parameter onFailure: called when the local side cannot be read.
    init(_ input: StandardInput, to channel: Channel, onFailure: @escaping @SSHLoop (String) -> Void) {
        self.channel = channel
        switch input {
        case .empty: channel.sendEOF()
        case .bytes(let bytes):
            channel.send(bytes)
            channel.sendEOF()
        case .file(let path): start(FileSource(path).next, onFailure)
        case .stream(let next): start(next, onFailure)
        }
    }

    /// Something about the channel changed: there may be room now.
    func channelChanged() { room.fire() }

    func end() {
        task?.cancel()
        room.fire()
    }

    private func start(
        _ next: @escaping @Sendable () async throws -> [UInt8]?,
        _ onFailure: @escaping @SSHLoop (String) -> Void
    ) {
        task = Task { @SSHLoop [channel, room] in
            do {
                while channel.canSend, let chunk = try await Self.pull(next), !Task.isCancelled {
                    channel.send(chunk)
                    while channel.pending > Self.limit, channel.canSend, !Task.isCancelled { await room.next() }
                }
                if !Task.isCancelled { channel.sendEOF() }
            } catch is CancellationError {
                return
            } catch {
                onFailure((error as? any Explained)?.problem ?? "\(error)")
            }
        }
    }

    /// The caller's code must not run on the loop.
    @concurrent
    private nonisolated static func pull(_ next: @Sendable () async throws -> [UInt8]?) async throws -> [UInt8]? {
        try await next()
    }
}

/// A local file in chunks, read by a thread of the pool.
// SAFETY: one chunk is read at a time: the next is asked for when the one before has been handed over.
private final class FileSource: @unchecked Sendable {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String
    // Only one read is under way at a time: the feed asks for the next chunk after it has the last one.
    private var descriptor: Int32 = -1

    init(_ path: String) {
        self.path = path
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    @Sendable
    func next() async throws -> [UInt8]? {
        try await BlockingPool.work.run { self.read() }.get()
    }

    private func read() -> Result<[UInt8]?, Unreadable> {
        if descriptor < 0 { descriptor = open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return .failure(failure) }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(failure) }
            return .success(count == 0 ? nil : Array(buffer.prefix(count)))
        }
    }

    private var failure: Unreadable { Unreadable(description: "\(path): \(String(cString: strerror(errno)))") }
}
