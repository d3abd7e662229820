internal import Alerting
internal import FleetModel

/// Matchers in their three forms: `match`, `match_re` and `matchers`.
enum MatcherFields {
    static func read(_ mapping: KnownMapping, _ equal: String, _ patterns: String, _ texts: String) -> [LabelMatcher] {
        var found = mapping.pairs(equal).compactMap { pair in
            isName(pair, equal, mapping) ? LabelMatcher(pair.key, .equal(pair.value)) : nil
        }
        for pair in mapping.pairs(patterns) where isName(pair, patterns, mapping) {
            do throws(PatternError) {
                found.append(LabelMatcher(pair.key, .matches(try Pattern(pair.value))))
            } catch {
                let text = pair.value.quotedForMessage
                mapping.mistakes.add("the pattern “\(text)” is wrong: \(error.problem)", at: pair.mark)
            }
        }
        for node in mapping.list(texts) ?? [] {
            guard let text = mapping.mistakes.text(node, "an element of “\(texts)”") else { continue }
            do throws(MatcherError) {
                found += try MatcherSyntax.parse(text)
            } catch {
                mapping.mistakes.add(error.problem, at: node.mark)
            }
        }
        return found
    }

    /// The old forms take plain label names only.
    private static func isName(
        _ pair: (key: String, value: String, mark: YAMLMark),
        _ field: String,
        _ mapping: KnownMapping
    ) -> Bool {
        guard LabelSet.isPlainLabel(pair.key) else {
            let name = pair.key.quotedForMessage
            mapping.mistakes.add("“\(name)” in “\(field)” is no plain label name: use matchers", at: pair.mark)
            return false
        }
        return true
    }
}
