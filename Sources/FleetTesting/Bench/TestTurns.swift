/// Lets only so many tests with real servers run at a time: more would measure the machine, not the code.
package actor TestTurns {
    package static let limited = TestTurns(4)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(_ count: Int) { free = count }

    package func run<R: Sendable>(_ body: @Sendable () async throws -> R) async rethrows -> R {
        await take()
        defer { give() }
        return try await body()
    }

    private func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func give() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        free += 1
    }
}
