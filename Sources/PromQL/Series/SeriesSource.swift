package import FleetModel

/// What a selector of a query needs.
package struct Selection: Hashable, Sendable {
    /// All must hold; at least one of them does not hold for the empty value.
    package let matchers: [LabelMatcher]
    /// The first and the last millisecond that matter.
    package let from: Int64
    package let through: Int64
    /// Milliseconds between two looks at the series, 0 where there is only one.
    package let step: Int64
    /// The length of each look in milliseconds: the window, or the look-back of an instant selector.
    package let window: Int64
    /// The function that takes the window, nil for an instant selector: a store may answer from rollups that suit it.
    package let function: Function?
}

/// Where the samples are: the port that a store fills.
package protocol SeriesSource {
    /// Hands over, one after the other, the series that all matchers hold for, each label set once, with their samples
    /// between `from` and `through`; samples outside do no harm. In the order of labels where results shall not depend on
    /// chance. What the body throws must come out again; any other error ends the query as it is.
    func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws
}
