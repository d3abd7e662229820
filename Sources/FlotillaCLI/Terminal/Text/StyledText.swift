/// Text in pieces with a meaning each, and its width in columns.
package struct StyledText: Hashable, Sendable {
    package struct Span: Hashable, Sendable {
        package var text: String
        package var style: Style
    }

    package private(set) var spans: [Span]
    /// In columns.
    package private(set) var width: Int

    package init() {
        spans = []
        width = 0
    }

    /// The text must be free of control characters; what nodes sent goes through `TerminalText.visible` first.
    package init(_ text: String, _ style: Style = .plain) {
        spans = text.isEmpty ? [] : [Span(text: text, style: style)]
        width = DisplayWidth.of(text)
    }

    /// The characters without any style.
    package var plain: String {
        spans.count == 1 ? spans[0].text : spans.reduce(into: "") { $0 += $1.text }
    }

    package mutating func append(_ text: String, _ style: Style = .plain) {
        append(StyledText(text, style))
    }

    package mutating func append(_ other: StyledText) {
        spans.append(contentsOf: other.spans)
        width += other.width
    }

    package static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum.append(right)
        return sum
    }

    /// The same text, every piece with one style.
    package func restyled(_ style: Style) -> StyledText {
        var text = self
        for index in text.spans.indices { text.spans[index].style = style }
        return text
    }

    /// At most so many columns; what was cut is marked by `…`.
    package func truncated(to columns: Int) -> StyledText {
        guard width > columns else { return self }
        guard columns > 0 else { return StyledText() }
        var kept = StyledText()
        for span in spans {
            let room = columns - 1 - kept.width
            let text = span.text.prefix(columns: room)
            kept.append(text, span.style)
            guard text.utf8.count == span.text.utf8.count else {
                kept.append("…", span.style)
                break
            }
        }
        return kept
    }

    /// Exactly so many columns: cut with `…`, or filled with spaces on the side that the alignment leaves.
    package func fitted(to columns: Int, _ alignment: Alignment = .left) -> StyledText {
        let text = truncated(to: columns)
        guard text.width < columns else { return text }
        let filling = StyledText(String(repeating: " ", count: columns - text.width))
        return alignment == .left ? text + filling : filling + text
    }

    /// At least so many columns: filled with spaces at the end, never cut.
    package func padded(to columns: Int) -> StyledText {
        width < columns ? fitted(to: columns) : self
    }

    /// The text for a terminal or a file; without colour every style is left out.
    package func rendered(colour: Bool) -> String {
        guard colour else { return plain }
        var output = ""
        for span in spans {
            guard let parameters = span.style.parameters else {
                output += span.text
                continue
            }
            output += "\u{1B}[" + parameters + "m" + span.text + "\u{1B}[0m"
        }
        return output
    }
}

/// The side that text keeps to in its column.
package enum Alignment: Hashable, Sendable {
    case left
    case right
}

extension StyledText: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}

extension String {
    /// The longest beginning that takes at most so many columns; never half a character.
    func prefix(columns: Int) -> String {
        var used = 0
        var end = startIndex
        while end < endIndex {
            used += DisplayWidth.of(self[end])
            if used > columns { break }
            formIndex(after: &end)
        }
        return String(self[..<end])
    }
}
