/// Names that somebody may have meant: few edits away, nearest first.
package enum NearMisses {
    /// At most three candidates within a third of the text's length (at least one edit), nearest first, then by name.
    ///
    /// Cost grows with candidates times the text's length; candidates of quite another length are passed over unread.
    package static func of(_ text: String, among candidates: some Sequence<String>) -> [String] {
        let wanted = Array(text.utf8.prefix(64)).lowercased
        let limit = max(1, wanted.count / 3)
        var found: [(distance: Int, text: String)] = []
        for candidate in candidates where abs(candidate.utf8.count - wanted.count) <= limit {
            let distance = distance(wanted, Array(candidate.utf8).lowercased, limit: limit)
            guard distance <= limit else { continue }
            found.append((distance, candidate))
            if found.count > 64 { found = nearest(found) }
        }
        return nearest(found).map(\.text)
    }

    /// `did you mean “a” or “b”?`, or nil when nothing is near.
    package static func question(for text: String, among candidates: some Sequence<String>) -> String? {
        let near = of(text, among: candidates).map { "“\($0)”" }
        guard let last = near.last else { return nil }
        return "did you mean " + (near.count > 1 ? near.dropLast().joined(separator: ", ") + " or " : "") + last + "?"
    }

    private static func nearest(_ found: [(distance: Int, text: String)]) -> [(distance: Int, text: String)] {
        Array(found.sorted { ($0.distance, $0.text) < ($1.distance, $1.text) }.prefix(3))
    }

    /// Damerau–Levenshtein (neighbours swapped count once); gives up with `limit + 1` as soon as a row is past the limit.
    private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...max(1, left.count) where row <= left.count {
            var current = [row] + repeatElement(0, count: right.count)
            for column in 1...max(1, right.count) where column <= right.count {
                let same = left[row - 1] == right[column - 1]
                current[column] = min(
                    previous[column] + 1,
                    current[column - 1] + 1,
                    previous[column - 1] + (same ? 0 : 1)
                )
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    current[column] = min(current[column], before[column - 2] + 1)
                }
            }
            if (current.min() ?? 0) > limit { return limit + 1 }
            (before, previous) = (previous, current)
        }
        return previous[right.count]
    }
}

extension [UInt8] {
    fileprivate var lowercased: [UInt8] {
        map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
