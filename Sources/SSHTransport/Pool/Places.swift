/// A bounded number of places, given in the order of asking.
@SSHLoop
final class Places {
    /// One claim: waiting, then with its place, until it is ended.
    @SSHLoop
    final class Place {
        fileprivate let waiter: Waiter
        fileprivate(set) var isGranted = false
        fileprivate var hasEnded = false

        fileprivate init(_ waiter: Waiter) { self.waiter = waiter }
    }

    private let limit: Int
    private var taken = 0
    private var waiting: [Place] = []
    private var start = 0

    nonisolated init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Asks for a place; `waiter` is fired when it is granted.
    func request(_ waiter: Waiter) -> Place {
        let place = Place(waiter)
        waiting.append(place)
        admit()
        return place
    }

    /// Gives a place back, or the waiting for it up.
    func end(_ place: Place) {
        guard !place.hasEnded else { return }
        place.hasEnded = true
        guard place.isGranted else { return }
        taken -= 1
        admit()
    }

    private func admit() {
        while start < waiting.count, taken < limit || waiting[start].hasEnded {
            let place = waiting[start]
            start += 1
            guard !place.hasEnded else { continue }
            taken += 1
            place.isGranted = true
            place.waiter.fire()
        }
        if start == waiting.count || start > 1024 {
            waiting.removeFirst(start)
            start = 0
        }
    }
}
