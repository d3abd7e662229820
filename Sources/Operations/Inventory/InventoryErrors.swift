import FleetModel

/// One thing that is wrong, or doubtful, in a file.
package struct InventoryMistake: Hashable, Sendable, CustomStringConvertible {
    package let at: SourcePosition?
    /// What is wrong: lower case, no full stop.
    package let problem: String
    package let advice: String?

    package init(_ problem: String, advice: String? = nil, at: SourcePosition?) {
        self.problem = problem
        self.advice = advice
        self.at = at
    }

    /// `file:line:column: problem`.
    package var description: String { at.map { "\($0): \(problem)" } ?? problem }
}

/// Every mistake of an inventory at once; nothing of it was taken.
package struct InventoryErrors: Explained, Hashable {
    /// In the order of the files; never empty.
    package let mistakes: [InventoryMistake]

    /// More mistakes than this are counted, not shown.
    private static let shown = 50

    package init(_ mistakes: [InventoryMistake]) {
        let files = mistakes.map { $0.at?.file ?? "" }
        let order = Dictionary(zip(files, files.indices), uniquingKeysWith: { first, _ in first })
        self.mistakes = mistakes.enumerated().sorted { left, right in
            func place(_ item: (offset: Int, element: InventoryMistake)) -> [Int] {
                let at = item.element.at
                return [order[at?.file ?? ""] ?? 0, at?.line ?? 0, at?.column ?? 0, item.offset]
            }
            return place(left).lexicographicallyPrecedes(place(right))
        }.map(\.element)
    }

    package var code: String { "usage.bad_inventory" }

    /// Where the first mistake is, as `file:line:column`; nil when none has a place.
    package var location: String? { mistakes.lazy.compactMap(\.at).first?.description }

    package var problem: String {
        let lines = mistakes.prefix(Self.shown).map(\.description)
        let rest = mistakes.count - lines.count
        return (lines + (rest > 0 ? ["… and \(rest) more mistakes"] : [])).joined(separator: "\n")
    }

    package var advice: String? {
        var seen: Set<String> = []
        let advice = mistakes.prefix(Self.shown).compactMap(\.advice).filter { seen.insert($0).inserted }
        return advice.isEmpty ? nil : advice.prefix(5).joined(separator: "\n")
    }
}
