/// What a template may cost: it comes from a user and must never hold up the house.
package struct TemplateLimits: Hashable, Sendable {
    /// Nodes run, rounds of loops, and 64 bytes of text handed to a function are one step each.
    package var steps: Int
    /// The most bytes that come out, and that any text on the way may have.
    package var bytes: Int
    /// How deep templates, blocks and parentheses may be nested while they run.
    package var nesting: Int

    package init(steps: Int = 500_000, bytes: Int = 1 << 20, nesting: Int = 400) {
        self.steps = steps
        self.bytes = bytes
        self.nesting = nesting
    }

    /// The most bytes of one text that a function of the tables may build.
    package static let textBytes = 1 << 20
    /// The longest source of one template.
    static let sourceBytes = 1 << 20
    /// How deep a source may be nested.
    static let sourceNesting = 100
}

/// A text that stops growing: functions build their results in it.
package struct BoundedText: Sendable {
    package private(set) var text = ""

    package init() {}

    /// - Throws: where the text would pass `TemplateLimits.textBytes`.
    package mutating func append(_ part: some StringProtocol) throws(GoFunctionError) {
        guard text.utf8.count + part.utf8.count <= TemplateLimits.textBytes else {
            throw GoFunctionError("the text is longer than \(TemplateLimits.textBytes) bytes")
        }
        text.append(contentsOf: part)
    }
}
