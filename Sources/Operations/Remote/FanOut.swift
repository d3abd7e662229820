/// Runs one piece of work for each node, at most `width` at a time, in the order given. One node never ends the others.
///
/// `work` turns every failure into its own outcome. After a cancellation the nodes still waiting are handed to `work` as
/// well: it sees the cancellation and says "not started".
package func onEach<Item: Sendable, Outcome: Sendable>(
    _ items: [Item],
    width: Int,
    _ work: @escaping @Sendable (Item) async -> Outcome,
    finished: (Item, Outcome) -> Void = { _, _ in }
) async -> [(item: Item, outcome: Outcome)] {
    await withTaskGroup(of: (Int, Outcome).self) { group in
        var outcomes = [Outcome?](repeating: nil, count: items.count)
        var next = 0
        func start() {
            guard next < items.count else { return }
            let index = next
            next += 1
            group.addTask { (index, await work(items[index])) }
        }
        for _ in 0..<max(1, width) { start() }
        while let (index, outcome) = await group.next() {
            outcomes[index] = outcome
            finished(items[index], outcome)
            start()
        }
        return zip(items, outcomes).compactMap { item, outcome in outcome.map { (item, $0) } }
    }
}

/// Runs something to its end although the caller was cancelled: the record of an act that has happened must be written.
package func uninterrupted<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value
{
    // UNSTRUCTURED: a child would inherit the cancellation; the caller awaits it right here.
    try await Task { try await body() }.value
}
