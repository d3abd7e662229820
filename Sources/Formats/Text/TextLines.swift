/// Lines as Python's `splitlines` finds them in ordinary text: `\n`, `\r\n`, `\r`, and the form feed.
enum TextLines {
    static func split(_ text: String) -> [Substring] {
        var lines = text.split(omittingEmptySubsequences: false) { letter in
            letter == "\n" || letter == "\r\n" || letter == "\r" || letter == "\u{0C}" || letter == "\u{0B}"
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

extension Substring {
    /// Without blanks at the end.
    var trimmingEnd: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    /// Without blanks at both ends.
    var trimmed: Substring { drop(while: \.isWhitespace).trimmingEnd }
}
