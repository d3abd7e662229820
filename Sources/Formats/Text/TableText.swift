/// Rows of cells out of text: CSV as RFC 4180 has it, or words with blanks between.
struct TableText {
    struct Cell {
        var text: String
        var line: Int
        /// From 1, in characters.
        var column: Int
    }

    struct Fault: Error {
        let reason: String
        let line: Int
        let column: Int
    }

    /// Empty lines and lines that begin with `#` are left out.
    ///
    /// - Throws: `Fault` for a quote that is not closed or text after one.
    static func rows(_ text: String, separator: Character) throws(Fault) -> [[Cell]] {
        if separator == " " { return words(text) }
        var reader = TableText(rest: text[...], separator: separator)
        var rows: [[Cell]] = []
        while !reader.rest.isEmpty {
            let row = try reader.row()
            let isEmpty = row.allSatisfy { $0.text.isEmpty }
            if !isEmpty, row.first?.text.hasPrefix("#") != true { rows.append(row) }
        }
        return rows
    }

    private var rest: Substring
    private let separator: Character
    private var line = 1
    private var column = 1

    private init(rest: Substring, separator: Character) {
        self.rest = rest.first == "\u{FEFF}" ? rest.dropFirst() : rest
        self.separator = separator
    }

    private static func words(_ text: String) -> [[Cell]] {
        TextLines.split(text).enumerated().compactMap { index, line in
            guard line.trimmed.first.map({ $0 != "#" }) == true else { return nil }
            return line.split(whereSeparator: \.isWhitespace).map { word in
                let column = line.distance(from: line.startIndex, to: word.startIndex) + 1
                return Cell(text: String(word), line: index + 1, column: column)
            }
        }
    }

    private mutating func row() throws(Fault) -> [Cell] {
        var cells: [Cell] = []
        while true {
            var cell = Cell(text: "", line: line, column: column)
            cell.text = rest.first == "\"" ? try quoted() : plain()
            cells.append(cell)
            guard let next = rest.first else { return cells }
            take()
            if next.isNewline { return cells }
        }
    }

    private mutating func plain() -> String {
        let cell = rest.prefix { $0 != separator && !$0.isNewline }
        rest = rest[cell.endIndex...]
        column += cell.count
        return String(cell.trimmed)
    }

    private mutating func quoted() throws(Fault) -> String {
        let start = (line, column)
        var text = ""
        take()
        while let letter = rest.first {
            take()
            if letter != "\"" {
                text.append(letter)
            } else if rest.first == "\"" {
                take()
                text.append(letter)
            } else {
                guard rest.first.map({ $0 == separator || $0.isNewline }) != false else {
                    throw Fault(reason: "text stands after a closing quote", line: line, column: column)
                }
                return text
            }
        }
        throw Fault(reason: "a quote is not closed", line: start.0, column: start.1)
    }

    private mutating func take() {
        let letter = rest.removeFirst()
        column += 1
        if letter.isNewline {
            line += 1
            column = 1
        }
    }
}
