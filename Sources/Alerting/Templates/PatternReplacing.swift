internal import FleetModel
internal import GoTemplate

extension Pattern {
    /// Every match replaced, within the bounds of a template's text.
    func replacing(in text: String, with replacement: String) throws(GoFunctionError) -> String {
        // What comes out is at most the text and one replacement for each place in it.
        let growth = text.unicodeScalars.count * max(replacement.utf8.count, 1) / 8
        guard growth <= TemplateLimits.textBytes else {
            throw GoFunctionError("the text and its replacement are too long")
        }
        return replacingMatches(in: text, with: replacement)
    }
}
