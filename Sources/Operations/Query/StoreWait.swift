import Dispatch
import PromQL
import Synchronization

/// From a thread of our own into the world of tasks and back.
enum StoreWait {
    /// Blocks this thread until the work has ended, or until the query has: then the work is cancelled.
    static func value<T: Sendable>(
        until interruption: () -> QueryOptions.Interruption?,
        _ work: @escaping @Sendable () async throws -> T
    ) throws -> T {
        let answer = Answer<T>()
        // UNSTRUCTURED: the thread below waits for it, and cancels it when the query is over before.
        let task = Task { answer.give(await Result.of(work)) }
        while true {
            if let result = answer.wait(milliseconds: 50) { return try result.get() }
            guard let reason = interruption() else { continue }
            task.cancel()
            throw PromQLError(reason)
        }
    }

    private final class Answer<T: Sendable>: Sendable {
        private let result = Mutex<Result<T, any Error>?>(nil)
        private let isThere = DispatchSemaphore(value: 0)

        func give(_ result: Result<T, any Error>) {
            self.result.withLock { $0 = result }
            isThere.signal()
        }

        /// Nil when it is not there in time.
        func wait(milliseconds: Int) -> Result<T, any Error>? {
            guard isThere.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
            return result.withLock { $0 }
        }
    }
}

extension Result where Failure == any Error, Success: Sendable {
    fileprivate static func of(_ work: @Sendable () async throws -> Success) async -> Self {
        do { return .success(try await work()) } catch { return .failure(error) }
    }
}
