package import FleetModel

/// Matchers as text: `{alertname="x", severity=~"warning|critical"}`, with or without the braces.
///
/// Two languages, as in Alertmanager: the one with UTF-8 names first; where it refuses a text, or the older one reads it
/// otherwise, the older one counts, so that old files keep their meaning.
package enum MatcherSyntax {
    /// - Throws: `MatcherError` of the newer language where neither takes the text.
    package static func parse(_ text: String) throws(MatcherError) -> [LabelMatcher] {
        let old = try? ClassicMatchers.parse(text)
        do throws(MatcherError) {
            let new = try UTF8Matchers.parse(text)
            return old ?? new
        } catch {
            guard let old else { throw error }
            return old
        }
    }
}

/// Why a text is no matcher.
package struct MatcherError: Error, Hashable, Sendable {
    package let problem: String

    init(_ problem: String) { self.problem = problem }
}

extension MatcherSyntax {
    static func matcher(_ name: String, _ sign: String, _ operand: String) throws(MatcherError) -> LabelMatcher {
        do throws(PatternError) {
            return try LabelMatcher(name, sign: sign, operand: operand)
        } catch {
            throw MatcherError("the pattern “\(operand.quotedForMessage)” is wrong: \(error.problem)")
        }
    }
}
