/// One word of a template's source.
struct TemplateToken: Hashable, Sendable {
    var kind: Kind
    /// As it stands in the source.
    var text: String
    /// The byte it begins at.
    var place: Int

    enum Kind: Hashable, Sendable {
        /// Outside of the delimiters.
        case text
        case open, close
        case space
        case identifier, keyword
        /// `.name`, kept with its dot.
        case field
        /// `$name`, kept with its dollar.
        case variable
        case dot, pipe, comma, leftParenthesis, rightParenthesis
        case declare, assign
        case bool, number, character, string, rawString, nilWord
        case end
        /// The text is what is wrong.
        case mistake
    }

    static let keywords: Set<String> = [
        "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
    ]
}
