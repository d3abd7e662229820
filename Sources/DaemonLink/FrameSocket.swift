import Dispatch
import Glibc
import Operations
import Synchronization

/// A connected Unix socket that speaks frames. One thread reads; any thread may send.
///
/// Sending never blocks the caller: a thread of its own writes, and a peer that lets more than `longestQueue` bytes pile
/// up loses its connection instead of stalling the other side.
final class FrameSocket: Sendable {
    private let file: Int32
    private let outbox: Mutex<Outbox>
    private let wake = DispatchSemaphore(value: 0)
    private static let longestQueue = 256 << 20
    /// Held while the other side is behind: output of commands waits then, everything else goes on.
    let flow = OutputFlow()
    private static let (holdAbove, releaseBelow) = (8 << 20, 1 << 20)

    private struct Outbox: ~Copyable {
        var queue: [[UInt8]] = []
        var size = 0
        /// Bytes in the queue and those being written.
        var unsent = 0
        var isClosed = false
    }

    init(file: Int32) {
        self.file = file
        self.outbox = Mutex(Outbox())
    }

    /// Starts the two threads; `receive` runs on the reading one, and gets nil once at the end.
    func start(receive: @escaping @Sendable (Frame?) -> Void) {
        WorkThread.start { [self] in writeLoop() }
        WorkThread.start { [self] in
            while let frame = readFrame() { receive(frame) }
            hangUp()
            receive(nil)
        }
    }

    func send(_ frame: Frame) {
        let bytes = frame.bytes
        let overflow = outbox.withLock { box -> Bool in
            guard !box.isClosed else { return false }
            box.queue.append(bytes)
            box.size += bytes.count
            box.unsent += bytes.count
            if box.unsent > Self.holdAbove { flow.hold() }
            return box.size > Self.longestQueue
        }
        if overflow { hangUp() }
        wake.signal()
    }

    /// Ends the connection at once; the reader then reports its end.
    func hangUp() {
        let first = outbox.withLock { box -> Bool in
            defer { box.isClosed = true }
            return !box.isClosed
        }
        guard first else { return }
        Glibc.shutdown(file, Int32(SHUT_RDWR))
        flow.release()
        wake.signal()
    }

    deinit {
        close(file)
    }

    private func writeLoop() {
        while true {
            wake.wait()
            let (batch, ended) = outbox.withLock { box -> ([[UInt8]], Bool) in
                defer {
                    box.queue = []
                    box.size = 0
                }
                return (box.queue, box.isClosed)
            }
            for bytes in batch {
                guard write(bytes) else { return hangUp() }
                wrote(bytes.count)
            }
            if ended { return }
        }
    }

    private func wrote(_ count: Int) {
        let isBehind = outbox.withLock { box -> Bool in
            box.unsent -= count
            return box.unsent >= Self.releaseBelow
        }
        if !isBehind, flow.isHeld { flow.release() }
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(file, $0.baseAddress?.advanced(by: done), $0.count - done, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    private func readFrame() -> Frame? {
        guard let header = read(Frame.headerSize) else { return nil }
        let length = Int(header.bigEndian(at: 0)) - 5
        guard length >= 0, length <= Frame.longest, let kind = Frame.Kind(rawValue: header[4]) else { return nil }
        guard let payload = read(length) else { return nil }
        return Frame(kind: kind, conversation: header.bigEndian(at: 5), payload: payload)
    }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { recv(file, $0.baseAddress?.advanced(by: done), count - done, 0) }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }
}
