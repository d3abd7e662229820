import CLibSSH
import Glibc
import Synchronization

/// The thread behind `SSHLoop`: runs jobs, timers and ready descriptors in turn.
///
/// Everything but `inbox` and `thread` belongs to the thread alone, which is why the class may call itself sendable.
// SAFETY: everything but `inbox` (a mutex) and `thread` (an atomic) belongs to the thread alone.
final class LoopThread: SerialExecutor, @unchecked Sendable {
    private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    private let inbox = Mutex<[UnownedJob]>([])
    /// Set by the thread itself before its first job; until then nobody is on it.
    private let thread = Atomic<pthread_t>(0)
    private var ready: [UnownedJob] = []
    private var watches: [Watch?] = []
    private var events = [epoll_event](repeating: epoll_event(), count: 512)
    private(set) var now = LoopThread.readClock()
    var timers = TimerHeap()

    init() {
        precondition(epoll >= 0 && wakeUp >= 0, "no descriptors left for the event loop")
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(UInt32(bitPattern: wakeUp))))
        epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event)
        var created = pthread_t()
        let code = pthread_create(
            &created,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<LoopThread>.fromOpaque(argument).takeUnretainedValue().run()
                return nil
            },
            Unmanaged.passRetained(self).toOpaque()
        )
        precondition(code == 0, "no thread left for the event loop")
    }

    static func readClock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private var isCurrent: Bool { pthread_self() == thread.load(ordering: .relaxed) }

    func checkIsolated() {
        precondition(isCurrent, "SSHLoop state touched off its thread")
    }

    func isIsolatingCurrentContext() -> Bool? { isCurrent }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            ready.append(job)
            return
        }
        let isFirst = inbox.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        guard isFirst else { return }
        var one: UInt64 = 1
        _ = write(wakeUp, &one, 8)
    }

    private func run() {
        thread.store(pthread_self(), ordering: .relaxed)
        while true {
            runJobs()
            runTimers()
            if ready.isEmpty { waitForEvents() }
        }
    }

    private func runJobs() {
        let foreign = inbox.withLock { jobs in
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs
        }
        var batch: [UnownedJob] = []
        swap(&batch, &ready)
        for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
        for job in foreign { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    private func runTimers() {
        now = Self.readClock()
        SSHLoop.assume {
            while let timer = timers.popDue(at: now) { timer.fire() }
        }
    }

    private func waitForEvents() {
        let count = epoll_wait(epoll, &events, Int32(events.count), timeout())
        guard count > 0 else { return }
        now = Self.readClock()
        for event in events[..<Int(count)] { deliver(event) }
    }

    /// Milliseconds until the next timer, rounded up so that a due timer is never waited for in a busy loop.
    private func timeout() -> Int32 {
        guard let due = timers.nextDue else { return -1 }
        return Int32(clamping: max(0, (due - Self.readClock() + 999_999) / 1_000_000))
    }

    private func deliver(_ event: epoll_event) {
        let descriptor = Int(event.data.u64 & 0xFFFF_FFFF)
        if descriptor == Int(wakeUp) {
            var count: UInt64 = 0
            _ = read(wakeUp, &count, 8)
            return
        }
        guard descriptor < watches.count, let watch = watches[descriptor] else { return }
        SSHLoop.assume {
            // An event of an earlier owner of the same descriptor number must not reach the new one.
            if watch.generation == UInt32(event.data.u64 >> 32) { watch.onReady(event.events) }
        }
    }

    // MARK: Descriptors, for `Watch` only

    func register(_ watch: Watch, events: UInt32) -> Bool {
        let index = Int(watch.descriptor)
        if index >= watches.count {
            watches.append(contentsOf: [Watch?](repeating: nil, count: max(64, index + 1 - watches.count)))
        }
        watches[index] = watch
        return control(EPOLL_CTL_ADD, watch, events: events)
    }

    func change(_ watch: Watch, events: UInt32) {
        _ = control(EPOLL_CTL_MOD, watch, events: events)
    }

    func unregister(_ watch: Watch) {
        let index = Int(watch.descriptor)
        guard index < watches.count, watches[index] === watch else { return }
        watches[index] = nil
        _ = control(EPOLL_CTL_DEL, watch, events: 0)
    }

    private func control(_ operation: Int32, _ watch: Watch, events: UInt32) -> Bool {
        let data = UInt64(UInt32(bitPattern: watch.descriptor)) | UInt64(watch.generation) << 32
        var event = epoll_event(events: events, data: epoll_data_t(u64: data))
        return epoll_ctl(epoll, operation, watch.descriptor, &event) == 0
    }
}
