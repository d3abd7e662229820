/// The order people expect of names with numbers: `pi-2` before `pi-10`.
package enum NaturalOrder {
    /// True when `left` comes before `right`: runs of digits by value, everything else by byte; shorter zeros first.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        var (left, right) = (left, right)
        return left.withUTF8 { left in right.withUTF8 { right in compare(left, right) < 0 } }
    }

    private static func compare(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if left[i].isDigit, right[j].isDigit {
                let (a, b) = (run(in: left, at: i), run(in: right, at: j))
                let order = value(left, a, right, b)
                if order != 0 { return order }
                (i, j) = (a.upperBound, b.upperBound)
            } else {
                if left[i] != right[j] { return Int(left[i]) - Int(right[j]) }
                (i, j) = (i + 1, j + 1)
            }
        }
        if (i < left.count) != (j < right.count) { return i < left.count ? 1 : -1 }
        // Equal but for leading zeros: any fixed order will do, as long as it is one.
        return left.count != right.count ? left.count - right.count : (left.lexicographicallyPrecedes(right) ? -1 : 1)
    }

    private static func run(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Range<Int> {
        var end = start
        while end < text.count, text[end].isDigit { end += 1 }
        return start..<end
    }

    /// By value, of any length: without leading zeros the longer one is the greater one.
    private static func value(
        _ left: UnsafeBufferPointer<UInt8>,
        _ a: Range<Int>,
        _ right: UnsafeBufferPointer<UInt8>,
        _ b: Range<Int>
    ) -> Int {
        let zero = UInt8(ascii: "0")
        let x = left[a].drop { $0 == zero }
        let y = right[b].drop { $0 == zero }
        if x.count != y.count { return x.count - y.count }
        for (p, q) in zip(x, y) where p != q { return Int(p) - Int(q) }
        return 0
    }
}

extension Sequence<NodeName> {
    /// For display: `pi-2` before `pi-10`.
    package func naturallySorted() -> [NodeName] {
        sorted { NaturalOrder.precedes($0.text, $1.text) }
    }
}

extension UInt8 {
    var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }
}
