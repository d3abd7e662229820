/// A test of one label of a series, `label=~"pattern"`: what queries are written with and what the sample store looks for.
package struct LabelMatcher: Hashable, Sendable {
    package let name: String
    package let test: Test

    /// `=`, `!=`, `=~`, `!~`; patterns match the whole value.
    package enum Test: Hashable, Sendable {
        case equal(String)
        case notEqual(String)
        case matches(Pattern)
        case notMatches(Pattern)
    }

    package init(_ name: String, _ test: Test) {
        self.name = name
        self.test = test
    }

    /// True when a series with this value of the label is meant; a missing label has the empty value.
    package func holds(for value: String) -> Bool {
        switch test {
        case .equal(let wanted): value.hasSameBytes(as: wanted)
        case .notEqual(let unwanted): !value.hasSameBytes(as: unwanted)
        case .matches(let pattern): pattern.matches(whole: value)
        case .notMatches(let pattern): !pattern.matches(whole: value)
        }
    }
}

extension String {
    /// Swift takes “é” in one scalar and in two for the same text; label values are bytes.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let answer = utf8.withContiguousStorageIfAvailable { mine in
            other.utf8.withContiguousStorageIfAvailable { its in mine.firstDifference(from: its) == nil }
        }
        return (answer ?? nil) ?? utf8.elementsEqual(other.utf8)
    }

    /// The order of bytes, as Go has it.
    package func isBefore(_ other: String) -> Bool {
        let answer = utf8.withContiguousStorageIfAvailable { mine in
            other.utf8.withContiguousStorageIfAvailable { its in
                mine.firstDifference(from: its).map { mine[$0] < its[$0] } ?? (mine.count < its.count)
            }
        }
        return (answer ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// SAFETY: read up to the shorter one's end. Bytes by hand: the library's iterators take several times as long.
    fileprivate func firstDifference(from other: Self) -> Int? {
        var index = 0
        let common = Swift.min(count, other.count)
        while index < common, self[index] == other[index] { index &+= 1 }
        return index < common ? index : nil
    }
}
