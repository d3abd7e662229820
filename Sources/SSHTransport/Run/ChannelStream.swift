import FleetModel
import Operations

/// A command that stays open. At most `limit` bytes wait for the reader; more stays with the node.
@SSHLoop
final class ChannelStream: RemoteStream {
    private nonisolated static let limit = 1 << 20

    private let session: SessionChannel
    private let pool: ConnectionPool
    private let node: NodeName
    private let readable = Waiter()
    private let writable = Waiter()
    private var chunks: [OutputChunk] = []
    private var next = 0
    private var waiting = 0
    private var hasClosed = false

    init(_ session: SessionChannel, _ pool: ConnectionPool, _ node: NodeName, buffer: StreamBuffer) {
        self.session = session
        self.pool = pool
        self.node = node
        chunks = buffer.chunks
        waiting = buffer.chunks.reduce(0) { $0 + $1.bytes.count }
        session.channel.onData = { [weak self] bytes, stream in self?.take(bytes, stream) ?? bytes.count }
        session.channel.onChange = { [weak self] in
            self?.readable.fire()
            self?.writable.fire()
        }
    }

    @SSHLoop
    func send(_ bytes: [UInt8]) async throws {
        guard !hasClosed, session.channel.canSend else { throw lost }
        session.channel.send(bytes)
        try await withTaskCancellationHandler {
            while session.channel.pending > Self.limit {
                guard session.channel.canSend else { throw lost }
                try Task.checkCancellation()
                await writable.next()
            }
        } onCancel: {
            Task { @SSHLoop [writable] in writable.fire() }
        }
        guard session.channel.connection.isAlive else { throw lost }
    }

    @SSHLoop
    func next(within deadline: Duration) async throws -> OutputChunk? {
        if next < chunks.count { return takeNext() }
        var isLate = false
        let timer = SSHLoop.after(deadline) { [readable] in
            isLate = true
            readable.fire()
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            while true {
                if next < chunks.count { return takeNext() }
                if hasClosed || session.channel.isClosed && session.channel.connection.isAlive { return nil }
                if !session.channel.connection.isAlive { throw lost }
                try Task.checkCancellation()
                if isLate { throw RemoteError(.idleTimeout, node, "no output for \(deadline)") }
                await readable.next()
            }
        } onCancel: {
            Task { @SSHLoop [readable] in readable.fire() }
        }
    }

    @SSHLoop
    func close() async {
        guard !hasClosed else { return }
        hasClosed = true
        session.channel.abandon()
        pool.end(session.ticket)
        readable.fire()
        writable.fire()
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ stream: OutputChunk.Stream) -> Int {
        guard waiting < Self.limit else { return 0 }
        waiting += bytes.count
        chunks.append(OutputChunk(stream, Array(bytes)))
        readable.fire()
        return bytes.count
    }

    private func takeNext() -> OutputChunk {
        let chunk = chunks[next]
        next += 1
        if next == chunks.count {
            chunks.removeAll(keepingCapacity: true)
            next = 0
        }
        let wasFull = waiting >= Self.limit
        waiting -= chunk.bytes.count
        if wasFull, waiting < Self.limit { session.channel.drainKeptBack(room: Self.limit - waiting) }
        return chunk
    }

    private var lost: RemoteError {
        let reason = session.channel.connection.lossText ?? "the command has ended"
        return RemoteError(.connectionLost, node, "the open command is gone: \(reason)")
    }

    deinit {
        // Forgotten without `close`: its place must not be lost.
        let (session, pool, hasClosed) = (session, pool, hasClosed)
        guard !hasClosed else { return }
        Task { @SSHLoop in
            session.channel.abandon()
            pool.end(session.ticket)
        }
    }
}

/// What came between the command's start and the stream's taking over.
@SSHLoop
final class StreamBuffer {
    private(set) var chunks: [OutputChunk] = []

    func take(_ bytes: UnsafeRawBufferPointer, _ stream: OutputChunk.Stream) -> Int {
        chunks.append(OutputChunk(stream, Array(bytes)))
        return bytes.count
    }
}
