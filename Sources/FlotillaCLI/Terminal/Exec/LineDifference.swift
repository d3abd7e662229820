/// The shortest way from one list of lines to another (Myers 1986), bounded: nil where it would cost too much.
package struct LineDifference<Line: Equatable> {
    package enum Edit {
        case common(Line)
        case removed(Line)
        case added(Line)
    }

    package let edits: [Edit]

    /// Cost: at most `most` squared steps. Nil when the lists differ in more than `most` lines.
    package init?(from old: [Line], to new: [Line], most: Int = 400) {
        let head = zip(old, new).prefix { $0 == $1 }.count
        let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        let left = Array(old[head..<(old.count - tail)])
        let right = Array(new[head..<(new.count - tail)])
        guard let middle = Self.shortest(left, right, most: most) else { return nil }
        edits = old[..<head].map(Edit.common) + middle + old[(old.count - tail)...].map(Edit.common)
    }

    private static func shortest(_ old: [Line], _ new: [Line], most: Int) -> [Edit]? {
        let bound = min(most, old.count + new.count)
        // reached[d][k + d]: how far into `old` one comes on diagonal k with d edits.
        var reached: [[Int]] = []
        for edits in 0...bound {
            var row = [Int](repeating: 0, count: 2 * edits + 1)
            for diagonal in stride(from: -edits, through: edits, by: 2) {
                var x = start(of: diagonal, edits, reached.last)
                while x < old.count, x - diagonal < new.count, x - diagonal >= 0, old[x] == new[x - diagonal] { x += 1 }
                row[diagonal + edits] = x
                if x >= old.count, x - diagonal >= new.count {
                    return path(old, new, reached: reached)
                }
            }
            reached.append(row)
        }
        return nil
    }

    // One step down (an added line) or right (a removed one) from whichever neighbour came further.
    private static func start(of diagonal: Int, _ edits: Int, _ previous: [Int]?) -> Int {
        guard let previous else { return 0 }
        let below = diagonal == edits ? Int.min : previous[diagonal + 1 + edits - 1]
        let left = diagonal == -edits ? Int.min : previous[diagonal - 1 + edits - 1]
        return diagonal == -edits || (diagonal != edits && left < below) ? below : left + 1
    }

    private static func path(_ old: [Line], _ new: [Line], reached: [[Int]]) -> [Edit] {
        var x = old.count
        var y = new.count
        var backwards: [Edit] = []
        for edits in stride(from: reached.count, through: 0, by: -1) {
            let previous = edits == 0 ? nil : reached[edits - 1]
            let begin = start(of: x - y, edits, previous)
            while x > begin {
                backwards.append(.common(old[x - 1]))
                x -= 1
                y -= 1
            }
            guard let previous else { break }
            let diagonal = x - y
            let below = diagonal == edits ? Int.min : previous[diagonal + edits]
            let left = diagonal == -edits ? Int.min : previous[diagonal + edits - 2]
            if diagonal == -edits || (diagonal != edits && left < below) {
                backwards.append(.added(new[y - 1]))
                y -= 1
            } else {
                backwards.append(.removed(old[x - 1]))
                x -= 1
            }
        }
        return backwards.reversed()
    }
}

extension LineDifference.Edit: Equatable {}
extension LineDifference.Edit: Sendable where Line: Sendable {}
extension LineDifference: Sendable where Line: Sendable {}

extension LineDifference {
    /// How many lines both have.
    package var commonCount: Int {
        edits.reduce(0) { if case .common = $1 { $0 + 1 } else { $0 } }
    }

    /// Removed lines of a run before its added ones, as unified differences have them.
    private var ordered: [Edit] {
        var output: [Edit] = []
        var added: [Edit] = []
        for edit in edits {
            switch edit {
            case .added: added.append(edit)
            case .removed: output.append(edit)
            case .common:
                output += added + [edit]
                added = []
            }
        }
        return output + added
    }

    /// The difference in unified form without file headers.
    ///
    /// `text` makes a line fit to be shown; `context` lines stand around each change.
    package func unified(context: Int = 3, _ text: (Line) -> String) -> [StyledText] {
        let edits = ordered
        let changes = edits.indices.filter { if case .common = edits[$0] { false } else { true } }
        var lines: [StyledText] = []
        var index = 0
        while index < changes.count {
            let first = max(0, changes[index] - context)
            var last = changes[index]
            while index < changes.count, changes[index] <= last + 2 * context + 1 {
                last = changes[index]
                index += 1
            }
            let end = min(edits.count, last + context + 1)
            lines.append(Self.header(edits, first..<end))
            lines += edits[first..<end].map { Self.shown($0, text) }
        }
        return lines
    }

    private static func shown(_ edit: Edit, _ text: (Line) -> String) -> StyledText {
        switch edit {
        case .common(let line): StyledText(" " + text(line))
        case .removed(let line): StyledText("-" + text(line), .bad)
        case .added(let line): StyledText("+" + text(line), .good)
        }
    }

    private static func header(_ edits: [Edit], _ range: Range<Int>) -> StyledText {
        let before = count(edits[..<range.lowerBound])
        let inside = count(edits[range])
        let old = "\(inside.old == 0 ? before.old : before.old + 1),\(inside.old)"
        let new = "\(inside.new == 0 ? before.new : before.new + 1),\(inside.new)"
        return StyledText("@@ -\(old) +\(new) @@", .muted)
    }

    private static func count(_ edits: ArraySlice<Edit>) -> (old: Int, new: Int) {
        edits.reduce(into: (0, 0)) { counts, edit in
            switch edit {
            case .common: counts = (counts.0 + 1, counts.1 + 1)
            case .removed: counts.0 += 1
            case .added: counts.1 += 1
            }
        }
    }
}
