import CLibSSH
import FleetModel
import Glibc
import Synchronization

/// What other threads may ask of a loop.
enum LoopMessage: Sendable {
    /// A connection that a shared listener took for a node.
    case adopt(Int32, node: Int)
    case adoptHealth(Int32, node: Int)
    case setFaults([Int: NodeFaults])
    case reboot(node: Int)
    case stop
}

/// A thread that runs a `ServerLoop`, and the way to send it messages.
final class LoopThread: Sendable {
    private let waker: Int32
    private let inbox = Mutex<[LoopMessage]>([])
    private let thread = Mutex<pthread_t?>(nil)

    init() throws {
        waker = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard waker >= 0 else { throw LabError.system("eventfd") }
    }

    deinit { close(waker) }

    /// Starts the thread; `furnish` builds the loop on it and throws to end it at once.
    ///
    /// - Throws: What `furnish` threw.
    func start(_ furnish: @escaping @Sendable () throws -> ServerLoop) throws {
        let birth = Birth(thread: self, furnish: furnish)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 1 << 20)
        var id = pthread_t()
        let failure = pthread_create(
            &id,
            &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Birth>.fromOpaque(argument).takeRetainedValue().live()
                return nil
            },
            Unmanaged.passRetained(birth).toOpaque()
        )
        guard failure == 0 else {
            throw LabError("system", "cannot start a thread: \(String(cString: strerror(failure)))")
        }
        thread.withLock { $0 = id }
        if let failure = birth.outcome() {
            join()
            throw failure
        }
    }

    func send(_ message: LoopMessage) {
        inbox.withLock { $0.append(message) }
        var one: UInt64 = 1
        _ = write(waker, &one, 8)
    }

    /// Waits for the thread's end; `send(.stop)` comes before it.
    func join() {
        guard
            let id = thread.withLock({ id in
                defer { id = nil }
                return id
            })
        else { return }
        pthread_join(id, nil)
    }

    fileprivate func live(_ loop: ServerLoop) {
        // A client that goes while we write is an error code, not our end.
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, nil)
        loop.poller.watch(waker, for: .read, MessageDoor(of: self, loop: loop))
        loop.run()
        loop.poller.forget(waker)
    }

    fileprivate func takeMessages() -> [LoopMessage] {
        var count: UInt64 = 0
        _ = read(waker, &count, 8)
        return inbox.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}

/// Carries a thread's first words and the answer whether it came to life.
private final class Birth: Sendable {
    private let thread: LoopThread
    private let furnish: @Sendable () throws -> ServerLoop
    private let report = Mutex<(any Error)?>(nil)
    private let isKnown = StartGate()

    init(thread: LoopThread, furnish: @escaping @Sendable () throws -> ServerLoop) {
        self.thread = thread
        self.furnish = furnish
    }

    func live() {
        do {
            let loop = try furnish()
            isKnown.open()
            thread.live(loop)
        } catch {
            report.withLock { $0 = error }
            isKnown.open()
        }
    }

    func outcome() -> (any Error)? {
        isKnown.wait()
        return report.withLock { $0 }
    }
}

/// A gate that one thread opens and another waits at.
// SAFETY: the C library guards a semaphore; the pointer never changes.
private final class StartGate: @unchecked Sendable {
    // A POSIX semaphore must not move: it lives behind a pointer, and the C library guards it.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func open() { sem_post(semaphore) }

    func wait() {
        while sem_wait(semaphore) != 0 && errno == EINTR {}
    }
}

/// Takes messages off the inbox when the waker rings.
private final class MessageDoor: Watcher {
    private let thread: LoopThread
    private unowned let loop: ServerLoop

    init(of thread: LoopThread, loop: ServerLoop) {
        self.thread = thread
        self.loop = loop
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        for message in thread.takeMessages() { perform(message) }
    }

    private func perform(_ message: LoopMessage) {
        switch message {
        case .adopt(let descriptor, let index):
            if let node = loop.nodes[index] { node.accept(descriptor) } else { close(descriptor) }
        case .adoptHealth(let descriptor, let index):
            if let node = loop.nodes[index] { node.acceptWeb(descriptor) } else { close(descriptor) }
        case .setFaults(let faults):
            for (index, faults) in faults { loop.nodes[index]?.setFaults(faults) }
        case .reboot(let index): loop.nodes[index]?.reboot()
        case .stop: loop.stop()
        }
    }
}
