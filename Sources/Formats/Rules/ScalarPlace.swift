internal import FleetModel

/// Finds a place inside of a scalar's text again in the YAML that it was written in.
struct ScalarPlace {
    private let lines: [[Unicode.Scalar]]

    init(_ bytes: [UInt8]) {
        lines = String(decoding: bytes, as: UTF8.self).unicodeScalars.split(
            separator: "\n",
            omittingEmptySubsequences: false
        ).map(Array.init)
    }

    /// Where the byte `offset` of the text stands; nil where escapes or folding hide it.
    func mark(of offset: Int, in text: String, of node: YAMLNode) -> YAMLMark? {
        let before = String(decoding: Array(text.utf8).prefix(offset), as: UTF8.self).unicodeScalars
        guard var cursor = Cursor(node.mark, lines) else { return nil }
        for scalar in before {
            guard cursor.take(scalar) else { return nil }
        }
        return YAMLMark(line: cursor.line + 1, column: cursor.column + 1)
    }

    /// Walks through the source beside the text.
    private struct Cursor {
        let lines: [[Unicode.Scalar]]
        var line: Int
        var column: Int
        /// The indentation of a block scalar; nil for the styles that stand in the flow of a line.
        var blockIndent: Int?
        var quote: Unicode.Scalar?

        init?(_ mark: YAMLMark, _ lines: [[Unicode.Scalar]]) {
            self.lines = lines
            (line, column) = (mark.line - 1, mark.column - 1)
            skipProperties()
            guard let first = current else { return nil }
            if first == "'" || first == "\"" {
                quote = first
                column += 1
            } else if first == "|" || first == ">" {
                guard let start = lines.indices.dropFirst(line + 1).first(where: { !Self.isBlank(lines[$0]) }) else {
                    return nil
                }
                let indent = lines[start].prefix { $0 == " " }.count
                (line, column, blockIndent) = (line + 1, indent, indent)
            }
        }

        /// An anchor or a tag in front of the value.
        private mutating func skipProperties() {
            while let first = current, first == "&" || first == "!" {
                while let next = current, next != " " { column += 1 }
                while current == " " { column += 1 }
            }
        }

        private static func isBlank(_ line: [Unicode.Scalar]) -> Bool { line.allSatisfy { $0 == " " || $0 == "\r" } }

        var current: Unicode.Scalar? {
            lines.indices.contains(line) && lines[line].indices.contains(column) ? lines[line][column] : nil
        }

        private var isAtLineEnd: Bool {
            guard let current else { return true }
            return current == "\r" && column == lines[line].count - 1
        }

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            if isAtLineEnd || (blockIndent == nil && restIsBlank && (scalar == " " || scalar == "\n")) {
                guard scalar == " " || scalar == "\n", line + 1 < lines.count else { return false }
                nextLine()
                return true
            }
            guard current == scalar, !(quote == "\"" && scalar == "\\") else { return false }
            column += 1
            if quote == "'", scalar == "'" { column += 1 }
            return true
        }

        private var restIsBlank: Bool { Self.isBlank(Array(lines[line][column...])) }

        private mutating func nextLine() {
            line += 1
            column = 0
            if let blockIndent {
                column = min(blockIndent, lines[line].count)
            } else {
                while current == " " || current == "\t" { column += 1 }
            }
        }

    }
}
