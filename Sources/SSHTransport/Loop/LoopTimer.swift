/// One pending call of the loop. Cancelling is O(1): the heap drops it when it comes to the top.
@SSHLoop
final class LoopTimer {
    let due: Int64
    private var body: (@SSHLoop () -> Void)?

    init(due: Int64, _ body: @escaping @SSHLoop () -> Void) {
        self.due = due
        self.body = body
    }

    var isCancelled: Bool { body == nil }

    func cancel() {
        guard body != nil else { return }
        body = nil
        SSHLoop.thread.timers.noteCancelled()
    }

    func fire() {
        let body = self.body
        self.body = nil
        body?()
    }
}

/// A binary heap of timers by due time; swept when most of it is cancelled, so that it stays as small as the live set.
struct TimerHeap {
    private var heap: [(due: Int64, timer: LoopTimer)] = []
    private var cancelled = 0

    var nextDue: Int64? { heap.first?.due }

    @SSHLoop
    mutating func insert(_ timer: LoopTimer) {
        heap.append((timer.due, timer))
        siftUp(heap.count - 1)
    }

    @SSHLoop
    mutating func noteCancelled() {
        cancelled += 1
        guard cancelled > 64, cancelled > heap.count / 2 else { return }
        heap.removeAll { $0.timer.isCancelled }
        heap.sort { $0.due < $1.due }
        cancelled = 0
    }

    @SSHLoop
    mutating func popDue(at now: Int64) -> LoopTimer? {
        while let first = heap.first, first.due <= now {
            removeFirst()
            if !first.timer.isCancelled { return first.timer }
            cancelled = max(0, cancelled - 1)
        }
        return nil
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }
}
