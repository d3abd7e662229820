import CLibSSH
import Glibc
import Synchronization

/// Threads for what cannot be had without blocking: name resolution, agents, key files, reading local files.
///
/// Threads are made as they are needed, up to the limit, and stay.
final class BlockingPool: Sendable {
    static let names = BlockingPool(limit: 32)
    static let work = BlockingPool(limit: 32)

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var next = 0
        var threads = 0
        var idle = 0
    }

    private let limit: Int
    private let state = Mutex(State())
    private let available = Semaphore()

    init(limit: Int) {
        self.limit = limit
    }

    /// Runs `body` on a thread of the pool and comes back to the caller's executor.
    func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            submit { continuation.resume(returning: body()) }
        }
    }

    private func submit(_ job: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            let isShort = state.jobs.count - state.next > state.idle && state.threads < limit
            if isShort { state.threads += 1 }
            return isShort
        }
        if needsThread { startThread() }
        available.signal()
    }

    private func startThread() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 << 10)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<BlockingPool>.fromOpaque(argument).takeUnretainedValue().serve()
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        if code != 0 { state.withLock { $0.threads -= 1 } }
    }

    private func serve() -> Never {
        while true {
            state.withLock { $0.idle += 1 }
            available.wait()
            let job = state.withLock { state in
                state.idle -= 1
                defer {
                    state.next += 1
                    if state.next == state.jobs.count {
                        state.jobs.removeAll(keepingCapacity: true)
                        state.next = 0
                    }
                }
                return state.jobs[state.next]
            }
            job()
        }
    }
}

/// A POSIX semaphore.
// SAFETY: the C library guards a semaphore; the pointer never changes.
private final class Semaphore: @unchecked Sendable {
    private let raw = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(raw, 0, 0) }

    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }

    func signal() { sem_post(raw) }

    func wait() {
        while sem_wait(raw) != 0 {}
    }
}
