package import FleetModel

/// One thing with its fields, one a line, in sections: `details`, `status`.
package struct Record: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        /// The name in JSON, YAML and CSV.
        package var key: String
        package var title: String
        package var cell: Cell

        package init(_ key: String, _ title: String, _ cell: Cell) {
            self.key = key
            self.title = title
            self.cell = cell
        }
    }

    package struct Section: Hashable, Sendable {
        /// Empty: no line of its own.
        package var title: String
        package var fields: [Field]

        package init(_ title: String = "", _ fields: [Field]) {
            self.title = title
            self.fields = fields
        }
    }

    package var sections: [Section]

    package init(_ sections: [Section]) {
        self.sections = sections
    }

    package var fields: [Field] { sections.flatMap(\.fields) }

    /// One object with every field by its key.
    package var document: JSONValue {
        .object(Dictionary(fields.map { ($0.key, $0.cell.value) }, uniquingKeysWith: { $1 }))
    }

    /// The record as a table of one row, for CSV.
    package var table: Table {
        Table(fields.map { Table.Column($0.key) }, rows: [fields.map(\.cell)])
    }

    /// Titles in one column, values in the next; values are cut only on a terminal.
    package func lines(on terminal: TerminalContext) -> [StyledText] {
        let width = fields.map { DisplayWidth.of($0.title) }.max() ?? 0
        var lines: [StyledText] = []
        for section in sections where !section.fields.isEmpty {
            if !lines.isEmpty { lines.append("") }
            if !section.title.isEmpty { lines.append(StyledText(section.title, .emphasis)) }
            for field in section.fields {
                let value = terminal.isTerminal ? field.cell.shown : StyledText(field.cell.plain)
                lines.append(StyledText(field.title, .muted).fitted(to: width) + "  " + value)
            }
        }
        guard let columns = terminal.size?.columns else { return lines }
        return lines.map { $0.truncated(to: columns) }
    }
}
