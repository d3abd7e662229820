/// What is to be done later: a binary heap by moment. Cancelled work does nothing when its moment comes.
struct Timers {
    private struct Entry {
        let moment: Duration
        let work: () -> Void
    }

    private var heap: [Entry] = []

    /// - `moment`: On the monotonic clock.
    mutating func add(at moment: Duration, _ work: @escaping () -> Void) {
        heap.append(Entry(moment: moment, work: work))
        var child = heap.count - 1
        while child > 0, heap[child].moment < heap[(child - 1) / 2].moment {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The next moment at which something is due.
    var next: Duration? { heap.first?.moment }

    /// Takes out one piece of work that is due.
    mutating func popDue(at now: Duration) -> (() -> Void)? {
        guard let first = heap.first, first.moment <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first.work
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let least = right < heap.count && heap[right].moment < heap[left].moment ? right : left
            guard heap[least].moment < heap[parent].moment else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
