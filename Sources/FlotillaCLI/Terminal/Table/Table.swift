package import FleetModel

/// Rows under columns, without boxes. On a terminal it shrinks to the width; off it nothing is cut.
package struct Table: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        /// The name in CSV and JSON: `last_seen`.
        package var key: String
        /// The header on the screen: `LAST SEEN`.
        package var title: String
        package var alignment: Alignment
        /// The column is never squeezed below this; nil: never squeezed at all.
        package var minimum: Int?
        package var maximum: Int?

        package init(
            _ key: String,
            _ title: String? = nil,
            _ alignment: Alignment = .left,
            minimum: Int? = nil,
            maximum: Int? = nil
        ) {
            self.key = key
            self.title = title ?? String(key.uppercased().map { $0 == "_" ? " " : $0 })
            self.alignment = alignment
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    package var columns: [Column]
    package var rows: [[Cell]]
    /// Lines under the rows: totals, hints.
    package var notes: [StyledText]
    /// What stands in place of a table without rows.
    package var empty: StyledText

    package init(
        _ columns: [Column],
        rows: [[Cell]] = [],
        notes: [StyledText] = [],
        empty: StyledText = StyledText("none", .muted)
    ) {
        self.columns = columns
        self.rows = rows
        self.notes = notes
        self.empty = empty
    }

    /// One object for each row, by column key: what `-o json` prints unless a command has a document of its own.
    package var document: JSONValue {
        .array(
            rows.map { row in
                .object(Dictionary(zip(columns.map(\.key), row.map(\.value)), uniquingKeysWith: { $1 }))
            }
        )
    }
}

/// One place of a table: how it looks, and the figure behind it.
package struct Cell: Hashable, Sendable {
    /// On a terminal.
    package var shown: StyledText
    /// Off a terminal: no pictures, nothing cut.
    package var plain: String
    /// For JSON, YAML and CSV: the raw figure, such as bytes or an RFC 3339 moment.
    package var value: JSONValue

    package init(shown: StyledText, plain: String? = nil, value: JSONValue) {
        self.shown = shown
        self.plain = plain ?? shown.plain
        self.value = value
    }

    /// Text of any origin: hostile characters are made visible.
    package init(_ text: String, _ style: Style = .plain) {
        self.init(shown: StyledText(TerminalText.visibleInline(text), style), value: .string(text))
    }

    /// No figure.
    package static let none = Cell(shown: StyledText("–", .muted), plain: "-", value: .null)

    package static func text(_ text: String?, _ style: Style = .plain) -> Cell {
        text.map { Cell($0, style) } ?? .none
    }

    package static func count(_ number: Int?) -> Cell {
        number.map { Cell(shown: StyledText(HumanUnits.grouped($0)), plain: String($0), value: .int(Int64($0))) }
            ?? .none
    }

    package static func number(_ number: Double?, places: Int, _ style: Style = .plain) -> Cell {
        number.map { Cell(shown: StyledText(HumanUnits.fixed($0, places), style), value: .double($0)) } ?? .none
    }

    package static func bytes(_ count: Double?) -> Cell {
        count.map { Cell(shown: StyledText(HumanUnits.bytes($0)), value: .double($0)) } ?? .none
    }

    /// Coloured by how close to full it is.
    package static func percent(_ number: Double?) -> Cell {
        number.map { number in
            let style = Style.ofLoad(number / 100)
            return Cell(
                shown: StyledText(HumanUnits.percent(number), style == .accent ? .plain : style),
                value: .double(number)
            )
        } ?? .none
    }

    package static func duration(_ duration: Duration?) -> Cell {
        duration.map { Cell(shown: StyledText(HumanUnits.duration($0)), value: .double($0.seconds)) } ?? .none
    }

    package static func age(_ moment: Timestamp?, at now: Timestamp) -> Cell {
        moment.map { Cell(shown: StyledText(HumanUnits.age(of: $0, at: now)), value: .string($0.rfc3339)) }
            ?? Cell(shown: StyledText("never", .muted), value: .null)
    }

    /// The sign and the word on a terminal, the word alone elsewhere.
    package static func status(_ status: NodeStatus, glyphs: Glyphs = .unicode) -> Cell {
        Cell(shown: glyphs.text(of: status), plain: status.word, value: .string(status.word))
    }
}
