/// Pike's machine: all ways through a pattern at once, one scalar of text at a time.
///
/// Each step of the program is on the list at most once for each place in the text, so the time is bounded by text × program.
struct PatternMachine {
    private let program: PatternProgram
    private let text: [UInt32]

    init(_ program: PatternProgram, _ text: [UInt32]) {
        self.program = program
        self.text = text
    }

    func isMatch(whole: Bool) -> Bool {
        run(whole: whole, remembers: false) != nil
    }

    /// Beginnings and ends of the whole and of each group; -1 for a group that took no part.
    ///
    /// - `start`: where the search begins; what stands before it is still seen by `^` and `\b`.
    func firstMatch(whole: Bool, from start: Int = 0) -> [Int]? {
        run(whole: whole, remembers: true, from: start)
    }

    private func run(whole: Bool, remembers: Bool, from first: Int = 0) -> [Int]? {
        let slots = remembers ? program.slots : 0
        var current = Threads(steps: program.steps.count, slots: slots)
        var next = Threads(steps: program.steps.count, slots: slots)
        var found: [Int]?
        for place in first...text.count {
            if found == nil, place == first || !whole { start(at: place, &current) }
            if current.isEmpty, found != nil || whole { break }
            let scalar = place < text.count ? text[place] : nil
            if let places = advance(&current, &next, scalar, place, whole: whole) {
                found = places
                // Without places to remember, the first match is as good as any.
                if !remembers { break }
            }
            swap(&current, &next)
            next.clear()
        }
        return found
    }

    private func start(at place: Int, _ threads: inout Threads) {
        follow(0, at: place, [Int](repeating: -1, count: threads.slots), &threads)
    }

    /// Moves every thread over one scalar; the places of a match, which ends all threads that are less preferred.
    private func advance(
        _ current: inout Threads,
        _ next: inout Threads,
        _ scalar: UInt32?,
        _ place: Int,
        whole: Bool
    ) -> [Int]? {
        for thread in 0..<current.count {
            let step = current.steps[thread]
            if case .match = program.steps[step] {
                if whole, scalar != nil { continue }
                return current.places(of: thread)
            }
            guard let scalar, takes(step, scalar) else { continue }
            follow(step + 1, at: place + 1, current.places(of: thread), &next)
        }
        return nil
    }

    private func takes(_ step: Int, _ scalar: UInt32) -> Bool {
        switch program.steps[step] {
        case .scalar(let wanted): scalar == wanted
        case .folded(let wanted): CaseFolding.fold(scalar) == wanted
        case .any: true
        case .anyButLineFeed: scalar != 0x0A
        case .characters(let number): program.classes[number].contains(scalar)
        case .split, .jump, .save, .assert, .match: false
        }
    }

    /// Adds all steps that can be reached without taking a scalar, the preferred ones first. An explicit stack: a pattern
    /// may be thousands of steps long.
    private func follow(_ step: Int, at place: Int, _ places: [Int], _ threads: inout Threads) {
        var stack: [(step: Int, places: [Int])] = [(step, places)]
        while var (step, places) = stack.popLast() {
            walk: while threads.visit(step) {
                switch program.steps[step] {
                case .jump(let target): step = target
                case .split(let first, let second):
                    stack.append((second, places))
                    step = first
                case .save(let slot):
                    if slot < places.count { places[slot] = place }
                    step += 1
                case .assert(let assertion):
                    guard holds(assertion, at: place) else { break walk }
                    step += 1
                case .scalar, .folded, .any, .anyButLineFeed, .characters, .match:
                    threads.append(step, places)
                    break walk
                }
            }
        }
    }

    private func holds(_ assertion: PatternTree.Assertion, at place: Int) -> Bool {
        switch assertion {
        case .textStart: place == 0
        case .textEnd: place == text.count
        case .lineStart: place == 0 || text[place - 1] == 0x0A
        case .lineEnd: place == text.count || text[place] == 0x0A
        case .wordBoundary: isWord(place - 1) != isWord(place)
        case .noWordBoundary: isWord(place - 1) == isWord(place)
        }
    }

    private func isWord(_ place: Int) -> Bool {
        guard text.indices.contains(place) else { return false }
        return CharacterClass.words.contains { $0.contains(text[place]) }
    }
}

/// The ways that are open at one place of the text, in order of preference.
private struct Threads {
    private(set) var steps: [Int] = []
    private var kept: [Int] = []
    /// The round in which a step was last seen: clearing costs nothing.
    private var seen: [Int]
    private var round = 1
    let slots: Int

    init(steps count: Int, slots: Int) {
        self.seen = [Int](repeating: 0, count: count)
        self.slots = slots
    }

    var count: Int { steps.count }
    var isEmpty: Bool { steps.isEmpty }

    /// False when the step was there before.
    mutating func visit(_ step: Int) -> Bool {
        guard seen[step] != round else { return false }
        seen[step] = round
        return true
    }

    mutating func append(_ step: Int, _ places: [Int]) {
        steps.append(step)
        kept.append(contentsOf: places)
    }

    func places(of thread: Int) -> [Int] {
        Array(kept[(thread * slots)..<((thread + 1) * slots)])
    }

    mutating func clear() {
        steps.removeAll(keepingCapacity: true)
        kept.removeAll(keepingCapacity: true)
        round += 1
    }
}
