import Glibc

/// Waits for keys and size changes on a thread of its own, since reading a terminal blocks.
final class KeyboardThread: Sendable {
    enum Event: Sendable {
        case keys([Key])
        case resized
        /// The process was stopped and goes on.
        case resumed
        /// The terminal is gone.
        case closed
    }

    /// What a byte in the pipe says.
    enum Wake: UInt8 {
        case end
        case resized
        case resumed
    }

    private let wakeRead: Int32
    private let wakeWrite: Int32
    private let thread: pthread_t

    /// Nil where the system has no pipe or thread left.
    init?(input: Int32, _ report: @escaping @Sendable (Event) -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A signal handler writes to it, and must never wait.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        (wakeRead, wakeWrite) = (ends[0], ends[1])
        let loop = KeyboardLoop(input: input, wake: ends[0], report: report)
        var thread = pthread_t()
        let started = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<KeyboardLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            Unmanaged.passRetained(loop).toOpaque()
        )
        guard started == 0 else {
            close(ends[0])
            close(ends[1])
            return nil
        }
        self.thread = thread
    }

    /// Where a signal handler may write a `Wake`.
    var wakePipe: Int32 { wakeWrite }

    /// Ends the thread and waits for it; it answers at once.
    func end() {
        var byte = Wake.end.rawValue
        _ = write(wakeWrite, &byte, 1)
        pthread_join(thread, nil)
        close(wakeRead)
        close(wakeWrite)
    }
}

private final class KeyboardLoop: Sendable {
    private let input: Int32
    private let wake: Int32
    private let report: @Sendable (KeyboardThread.Event) -> Void

    init(input: Int32, wake: Int32, report: @escaping @Sendable (KeyboardThread.Event) -> Void) {
        self.input = input
        self.wake = wake
        self.report = report
    }

    // A sequence of an arrow key comes in one piece or nearly so; a human is never that fast.
    private static let patience: Int32 = 50

    func run() {
        var reader = KeyReader()
        while true {
            var descriptors = [
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
                pollfd(fd: input, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&descriptors, 2, reader.isWaiting ? Self.patience : -1)
            if ready < 0, errno != EINTR { return report(.closed) }
            if ready == 0 { send(reader.flush()) }
            if ready > 0, descriptors[0].revents != 0 {
                for byte in read(wake) {
                    switch KeyboardThread.Wake(rawValue: byte) {
                    case .end: return
                    case .resized: report(.resized)
                    case .resumed: report(.resumed)
                    case .none: break
                    }
                }
            }
            if ready > 0, descriptors[1].revents != 0 {
                let bytes = read(input)
                guard !bytes.isEmpty else { return report(.closed) }
                send(reader.take(bytes))
            }
        }
    }

    private func send(_ keys: [Key]) {
        if !keys.isEmpty { report(.keys(keys)) }
    }

    private func read(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
            var got = Glibc.read(descriptor, buffer.baseAddress, 1024)
            while got < 0, errno == EINTR { got = Glibc.read(descriptor, buffer.baseAddress, 1024) }
            count = max(0, got)
        }
    }
}
