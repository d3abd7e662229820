import CLibSSH
import Glibc
import Synchronization

/// Waits for descriptors without holding a thread for each: one epoll thread, one-shot waits.
final class Readiness: Sendable {
    private struct Waiter {
        let descriptor: Int32
        let resume: CheckedContinuation<Void, any Error>
    }

    private enum Slot {
        /// Asked for, not yet set up: a cancel that comes now finds it and takes it away.
        case fresh
        case waiting(Waiter)
    }

    private struct Table {
        var slots: [UInt64: Slot] = [:]
        var next: UInt64 = 1
    }

    private let epoll: Int32
    private let table = Mutex(Table())

    init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        let descriptor = epoll
        let thread = Thread { [weak self] in self?.serve(descriptor) ?? false }
        thread.start()
    }

    deinit { close(epoll) }

    /// Returns when the descriptor can be read (or has ended). One reader for each descriptor at a time.
    ///
    /// - Throws: `CancellationError`.
    func readable(_ descriptor: Int32) async throws { try await wait(descriptor, EPOLLIN.rawValue) }

    /// Returns when the descriptor takes bytes. Give a duplicate where somebody reads from it meanwhile.
    ///
    /// - Throws: `CancellationError`.
    func writable(_ descriptor: Int32) async throws { try await wait(descriptor, EPOLLOUT.rawValue) }

    private func wait(_ descriptor: Int32, _ events: UInt32) async throws {
        let token = table.withLock { table in
            defer { table.next += 1 }
            table.slots[table.next] = .fresh
            return table.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                begin(token, Waiter(descriptor: descriptor, resume: continuation), events)
            }
        } onCancel: {
            cancel(token)
        }
    }

    private func begin(_ token: UInt64, _ waiter: Waiter, _ events: UInt32) {
        let isCancelled = table.withLock { table in
            guard table.slots[token] != nil else { return true }
            table.slots[token] = .waiting(waiter)
            var event = epoll_event(events: events | EPOLLONESHOT.rawValue, data: epoll_data_t(u64: token))
            if epoll_ctl(epoll, EPOLL_CTL_ADD, waiter.descriptor, &event) == 0 { return false }
            // Nothing to wait for (the descriptor is closed): the caller's next call on it says why.
            table.slots[token] = nil
            waiter.resume.resume()
            return false
        }
        if isCancelled { waiter.resume.resume(throwing: CancellationError()) }
    }

    private func cancel(_ token: UInt64) {
        remove(token)?.resume.resume(throwing: CancellationError())
    }

    private func remove(_ token: UInt64) -> Waiter? {
        table.withLock { table in
            guard case .waiting(let waiter) = table.slots.removeValue(forKey: token) else { return nil }
            epoll_ctl(epoll, EPOLL_CTL_DEL, waiter.descriptor, nil)
            return waiter
        }
    }

    /// One turn of the thread. - Returns: whether to go on.
    private func serve(_ descriptor: Int32) -> Bool {
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        let count = epoll_wait(descriptor, &events, Int32(events.count), 1000)
        guard count >= 0 || errno == EINTR else { return false }
        for event in events.prefix(Int(max(0, count))) { remove(event.data.u64)?.resume.resume() }
        return true
    }
}

extension Readiness {
    /// A thread that repeats its work until it says that it is over.
    private final class Thread {
        private let turn: @Sendable () -> Bool

        init(_ turn: @escaping @Sendable () -> Bool) { self.turn = turn }

        func start() {
            var handle = pthread_t()
            let work = Unmanaged.passRetained(self)
            let failed = pthread_create(
                &handle,
                nil,
                { raw in
                    guard let raw else { return nil }
                    let thread = Unmanaged<Thread>.fromOpaque(raw).takeRetainedValue()
                    while thread.turn() {}
                    return nil
                },
                work.toOpaque()
            )
            guard failed == 0 else { return work.release() }
            pthread_detach(handle)
        }
    }
}
