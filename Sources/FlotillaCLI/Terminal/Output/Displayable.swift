package import FleetModel

/// What a command prints. It is written once; every format comes from it.
package protocol Displayable: Sendable {
    /// For people, and for CSV: columns by key, rows of raw values.
    var table: Table { get }
    /// For JSON and YAML.
    var document: JSONValue { get }
    /// The elements of a document that is a long array, made one by one; nil where it is none.
    var elements: AnySequence<JSONValue>? { get }
    /// The lines for people, where a plain table is not the best form.
    func lines(on terminal: TerminalContext) -> [StyledText]
}

extension Displayable {
    package var document: JSONValue { table.document }

    package var elements: AnySequence<JSONValue>? { nil }

    package func lines(on terminal: TerminalContext) -> [StyledText] { table.lines(on: terminal) }

    /// The whole output, ended by a line feed. `yaml` writes YAML; the writer is another room's.
    package func text(as format: OutputFormat, on terminal: TerminalContext, yaml: (JSONValue) -> String) -> String {
        switch format {
        case .table: lines(on: terminal).reduce(into: "") { $0 += $1.rendered(colour: terminal.colour) + "\n" }
        case .json: json + "\n"
        case .yaml: Self.ended(yaml(document))
        case .csv: CSVText.text(of: table)
        case .ndjson: elements?.reduce(into: "") { $0 += $1.safeText(pretty: false) + "\n" } ?? document.lines
        }
    }

    private var json: String {
        elements.map { JSONValue.safe(JSONValue.text(of: $0, pretty: true)) } ?? document.safeText(pretty: true)
    }

    private static func ended(_ text: String) -> String {
        text.hasSuffix("\n") ? text : text + "\n"
    }
}

extension Table: Displayable {
    package var table: Table { self }
}

extension Record: Displayable {}

extension JSONValue {
    /// JSON text that no terminal acts upon: what the grammar lets stand raw but a terminal obeys is escaped.
    package func safeText(pretty: Bool) -> String { Self.safe(text(pretty: pretty)) }

    fileprivate static func safe(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 || $0 == 0x09 }) else { return text }
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // Line feeds are the layout's own: inside strings they are already escaped.
            guard scalar.value != 0x0A, TerminalText.isHostile(scalar) else {
                output.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? .init() {
                output.append(contentsOf: ("\\u" + TerminalText.hexadecimal(UInt32(unit), 4)).unicodeScalars)
            }
        }
        return String(output)
    }

    /// An array as one element a line, anything else as one line.
    fileprivate var lines: String {
        let elements = if case .array(let elements) = self { elements } else { [self] }
        return elements.reduce(into: "") { $0 += $1.safeText(pretty: false) + "\n" }
    }
}
