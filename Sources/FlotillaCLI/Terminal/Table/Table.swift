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
    /// Off a terminal: no pictures, nothing cut.
    package let plain: String
    private let look: Look
    private let figure: Figure

    // What nearly all of seventy thousand cells have is made when it is asked for.
    private enum Look: Hashable, Sendable {
        case plain(Style)
        indirect case special(StyledText)
    }

    private enum Figure: Hashable, Sendable {
        case plain
        case moment(Timestamp)
        indirect case json(JSONValue)
    }

    private init(_ plain: String, _ look: Look, _ figure: Figure) {
        self.plain = plain
        self.look = look
        self.figure = figure
    }

    package init(shown: StyledText, plain: String? = nil, value: JSONValue) {
        self.init(plain ?? shown.plain, .special(shown), .json(value))
    }

    /// Text of any origin: hostile characters are made visible.
    package init(_ text: String, _ style: Style = .plain) {
        let visible = TerminalText.visibleInline(text)
        self.init(visible, .plain(style), visible == text ? .plain : .json(.string(text)))
    }

    /// On a terminal.
    package var shown: StyledText {
        switch look {
        case .plain(let style): StyledText(plain, style)
        case .special(let text): text
        }
    }

    /// For JSON, YAML and CSV: the raw figure, such as bytes or an RFC 3339 moment.
    package var value: JSONValue {
        switch figure {
        case .plain: .string(plain)
        case .moment(let moment): .string(moment.rfc3339)
        case .json(let value): value
        }
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
        moment.map { Cell(HumanUnits.age(of: $0, at: now), .plain(.plain), .moment($0)) } ?? never
    }

    private static let never = Cell("never", .plain(.muted), .json(.null))

    /// The sign and the word on a terminal, the word alone elsewhere.
    package static func status(_ status: NodeStatus, glyphs: Glyphs = .unicode) -> Cell {
        Cell(status.word, .special(glyphs.text(of: status)), .plain)
    }
}
