/// What a piece of text means; the palette decides how it looks.
package enum Style: Hashable, Sendable {
    case plain
    case good
    case bad
    case warning
    /// Less important: headers, units, advice.
    case muted
    /// More important: names, totals.
    case emphasis
    /// A figure's picture: bars and sparklines.
    case accent
    /// The row under the cursor.
    case selected
    /// One of the colours that tell nodes apart in mixed output.
    case node(Int)

    /// The colour of a node: the same for the same name in every run.
    package static func ofNode(_ name: String) -> Style {
        // FNV-1a: Swift's own hashing is seeded anew for each process.
        let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return .node(Int(hash % UInt32(nodeParameters.count)))
    }

    /// The SGR parameters. Only the terminal's own foreground colours that read on dark and on light: no blue,
    /// no white, no black, no bright colour, no background; grey is the dimmed foreground, whatever that is.
    var parameters: String? {
        switch self {
        case .plain: nil
        case .good: "32"
        case .bad: "1;31"
        case .warning: "33"
        case .muted: "2"
        case .emphasis: "1"
        case .accent: "36"
        case .selected: "7"
        case .node(let index): Self.nodeParameters[index % Self.nodeParameters.count]
        }
    }

    // Red is kept for what failed.
    private static let nodeParameters = ["36", "35", "32", "33", "1;36", "1;35", "1;32", "1;33"]
}
