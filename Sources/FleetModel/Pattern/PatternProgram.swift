/// A pattern as instructions for the machine.
struct PatternProgram: Sendable {
    private(set) var steps: [Step] = []
    private(set) var classes: [CharacterClass] = []
    /// Places to remember: a beginning and an end for each group and for the whole.
    let slots: Int

    enum Step: Sendable {
        case scalar(UInt32)
        case folded(UInt32)
        case any
        case anyButLineFeed
        case characters(Int)
        /// Both ways, the first one preferred.
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case assert(PatternTree.Assertion)
        case match
    }

    /// Bounds memory, and with it the time for each character of text.
    private static let sizeLimit = 20_000

    init(_ tree: PatternTree, groups: Int) throws(PatternError) {
        slots = groups * 2
        steps.append(.save(0))
        try add(tree)
        steps += [.save(1), .match]
    }

    private mutating func add(_ tree: PatternTree) throws(PatternError) {
        guard steps.count < Self.sizeLimit else {
            throw PatternError(
                "the pattern is too large",
                advice: "repetitions of repetitions multiply: use smaller ones"
            )
        }
        switch tree {
        case .empty: break
        case .scalar(let value, let folded): steps.append(folded ? .folded(value) : .scalar(value))
        case .any(let exceptLineFeed): steps.append(exceptLineFeed ? .anyButLineFeed : .any)
        case .characters(let characters):
            steps.append(.characters(classes.count))
            classes.append(characters)
        case .assertion(let assertion): steps.append(.assert(assertion))
        case .sequence(let parts): for part in parts { try add(part) }
        case .alternatives(let options): try add(options)
        case .group(let inner, let number):
            steps.append(.save(number * 2))
            try add(inner)
            steps.append(.save(number * 2 + 1))
        case .repeated(let inner, let least, let most, let isLazy): try add(inner, least, most, isLazy)
        }
    }

    private mutating func add(_ options: [PatternTree]) throws(PatternError) {
        var ends: [Int] = []
        for option in options.dropLast() {
            let split = steps.count
            steps.append(.match)
            try add(option)
            ends.append(steps.count)
            steps.append(.match)
            steps[split] = .split(split + 1, steps.count)
        }
        if let last = options.last { try add(last) }
        for end in ends { steps[end] = .jump(steps.count) }
    }

    private mutating func add(_ inner: PatternTree, _ least: Int, _ most: Int?, _ isLazy: Bool) throws(PatternError) {
        guard let most else { return try addEndless(inner, least, isLazy) }
        for _ in 0..<least { try add(inner) }
        var ways: [Int] = []
        for _ in least..<max(least, most) {
            ways.append(steps.count)
            steps.append(.match)
            try add(inner)
        }
        for way in ways { steps[way] = Self.split(way + 1, steps.count, isLazy) }
    }

    private mutating func addEndless(_ inner: PatternTree, _ least: Int, _ isLazy: Bool) throws(PatternError) {
        for _ in 0..<max(0, least - 1) { try add(inner) }
        let way = steps.count
        // Where the inner part can be empty, x* is (x+)? as in RE2: an empty round then still counts as one.
        let skips = least == 0
        if skips { steps.append(.match) }
        let start = steps.count
        try add(inner)
        if skips, !inner.isNullable {
            steps.append(.jump(way))
        } else {
            steps.append(Self.split(start, steps.count + 1, isLazy))
        }
        if skips { steps[way] = Self.split(start, steps.count, isLazy) }
    }

    private static func split(_ inside: Int, _ past: Int, _ isLazy: Bool) -> Step {
        isLazy ? .split(past, inside) : .split(inside, past)
    }
}
