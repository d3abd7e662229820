import FleetModel
import Glibc
import Operations
import PromQL
import Synchronization
import Testing

@Suite struct QueryThreadsTests {
    @Test func `no more than so many work at once, and all are done`() async throws {
        let threads = QueryThreads(most: 2)
        let counts = Counts()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...20 {
                group.addTask {
                    try await threads.run { _ in
                        counts.begin()
                        defer { counts.end() }
                        return number
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 210)
        #expect((1...2).contains(counts.most))
    }

    @Test func `a job whose task is cancelled before its turn is never begun`() async throws {
        let threads = QueryThreads(most: 1)
        let gate = Gate()
        let first = Task { try await threads.run { _ in gate.pass() } }
        await gate.waitUntilReached()
        let second = Task { try await threads.run { _ in Issue.record("begun") } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.open()
        try await first.value
    }

    @Test func `a job that runs learns that nobody waits for it`() async throws {
        let threads = QueryThreads(most: 1)
        let gate = Gate()
        let task = Task {
            try await threads.run { withdrawal in
                gate.pass()
                return withdrawal.isWithdrawn
            }
        }
        await gate.waitUntilReached()
        task.cancel()
        gate.open()
        #expect(try await task.value)
    }

    @Test func `the deepest query that is taken has room`() async throws {
        let text = String(repeating: "(", count: 99) + "1" + String(repeating: ")", count: 99)
        let long = (0..<290).map { _ in "1" }.joined(separator: " + ")
        let threads = QueryThreads(most: 1)
        for query in [text, long] {
            _ = try await threads.run { _ in try Query(query).instant(at: 0, on: NoSeries()) }
        }
    }

    private struct NoSeries: SeriesSource {
        func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws {}
    }

    private final class Counts: Sendable {
        private let state = Mutex((now: 0, most: 0))

        var most: Int { state.withLock { $0.most } }

        func begin() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }

        func end() { state.withLock { $0.now -= 1 } }
    }
}

/// A place where a thread waits until it is let through.
final class Gate: Sendable {
    private let reached = Atomic(false)
    private let isOpen = Atomic(false)

    /// Blocks for a minute at the most.
    func pass() {
        reached.store(true, ordering: .sequentiallyConsistent)
        for _ in 0..<60_000 where !isOpen.load(ordering: .sequentiallyConsistent) { usleep(1000) }
    }

    func open() { isOpen.store(true, ordering: .sequentiallyConsistent) }

    func waitUntilReached() async {
        for _ in 0..<60_000 where !reached.load(ordering: .sequentiallyConsistent) {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}
