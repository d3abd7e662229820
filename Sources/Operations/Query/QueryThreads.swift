import Glibc
import Synchronization

/// Threads that evaluate queries: a few at once, with the stack that deeply nested ones need.
///
/// Not the pool that runs the tasks: a query works for seconds, waits for the store, and would keep polls and answers
/// from their turn there.
package final class QueryThreads: Sendable {
    private struct State {
        var running = 0
        var waiting: [Job] = []
        var lastNumber = 0
    }

    private struct Job: Sendable {
        var number: Int
        var work: @Sendable () -> Void
        var giveUp: @Sendable () -> Void
    }

    private let state = Mutex(State())
    private let most: Int
    /// Twice what the deepest query needs in a debug build, whose frames are the large ones. Pages never touched cost nothing.
    private static let stackBytes = 4 << 20

    /// - Parameter most: queries at once; others wait for their turn.
    package init(most: Int = 4) {
        self.most = max(1, most)
    }

    /// Runs the work on a thread of its own and gives its result. The work learns from its argument whether it is still wanted.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before its turn; else what the work throws.
    package func run<T: Sendable>(_ work: @escaping @Sendable (Withdrawal) throws -> T) async throws -> T {
        let withdrawal = Withdrawal()
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
                let job = Job(
                    number: number,
                    work: { continuation.resume(with: Result { try work(withdrawal) }) },
                    giveUp: { continuation.resume(throwing: CancellationError()) }
                )
                enter(job)
                // The task may have been cancelled before the job stood in the queue.
                if withdrawal.isWithdrawn { withdraw(number) }
            }
        } onCancel: {
            withdrawal.withdraw()
            withdraw(number)
        }
    }

    private func enter(_ job: Job) {
        let startsThread = state.withLock { state in
            state.waiting.append(job)
            guard state.running < most else { return false }
            state.running += 1
            return true
        }
        guard startsThread, !start() else { return }
        let stranded = state.withLock { state -> [Job] in
            state.running -= 1
            // Other threads go on with the queue; without any it would wait for good.
            guard state.running == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in stranded { job.giveUp() }
    }

    private func withdraw(_ number: Int) {
        let job = state.withLock { state -> Job? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiting.remove(at: place)
        }
        job?.giveUp()
    }

    /// Works until nothing waits.
    private func work() {
        while true {
            let job = state.withLock { state -> Job? in
                guard !state.waiting.isEmpty else {
                    state.running -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let job else { return }
            job.work()
        }
    }

    private func start() -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        defer { pthread_attr_destroy(&attributes) }
        let body = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let failed = pthread_create(
            &thread,
            &attributes,
            { raw in
                guard let raw else { return nil }
                Unmanaged<QueryThreads>.fromOpaque(raw).takeRetainedValue().work()
                return nil
            },
            body.toOpaque()
        )
        if failed != 0 { body.release() }
        return failed == 0
    }
}

/// Whether whoever asked still waits for the answer.
package final class Withdrawal: Sendable {
    private let flag = Atomic(false)

    package var isWithdrawn: Bool { flag.load(ordering: .relaxed) }

    func withdraw() { flag.store(true, ordering: .relaxed) }
}
