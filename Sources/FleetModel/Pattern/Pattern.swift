/// A regular expression in RE2's language, matched in time that grows with the text times the pattern: there is no pattern
/// and no text that makes it hang, so it may come from anybody.
///
/// Understood: literals, `.`, classes (`[a-f]`, `[^x]`, `[[:alpha:]]`, `\d \s \w`, `\pL`, `\p{Lu}`), groups (`( )`, `(?: )`,
/// `(?P<name> )`, `(?<name> )`), `|`, `* + ?` and `{n,m}` with their lazy forms, `^ $ \A \z \b \B`, flags `(?imsU)`,
/// `\Q…\E`. As in RE2, `\d \s \w \b` mean ASCII, and back references and lookaround are refused. It works on Unicode scalars.
package struct Pattern: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    package let text: String
    /// For each group its name or nil; the first one stands for the whole match.
    package let groupNames: [String?]
    private let flags: Flags
    private let program: PatternProgram
    /// The alternatives, where the pattern is nothing but fixed texts: then no machine has to run.
    private let fixedTexts: Set<String>?

    /// - Throws: `PatternError` that says what is wrong and where.
    package init(_ text: String, flags: Flags = []) throws(PatternError) {
        var parser = PatternParser(text, flags: flags)
        let tree = try parser.pattern()
        self.text = text
        self.flags = flags
        self.groupNames = parser.groupNames
        self.program = try PatternProgram(tree, groups: parser.groupNames.count)
        self.fixedTexts = tree.fixedTexts
    }

    /// Settings that a pattern may also make itself, with `(?ims)`.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `i`: letters match their other case too.
        package static let ignoringCase = Flags(rawValue: 1)
        /// `m`: `^` and `$` also match at the ends of lines.
        package static let multiline = Flags(rawValue: 2)
        /// `s`: `.` also matches a line feed, as Prometheus has it.
        package static let dotMatchesAll = Flags(rawValue: 4)
        /// `U`: `x*` is lazy and `x*?` is greedy.
        package static let ungreedy = Flags(rawValue: 8)
    }

    /// True when the whole text is a match, as Prometheus and Alertmanager ask.
    package func matches(whole text: String) -> Bool {
        if let fixedTexts { return fixedTexts.containsExactly(text) }
        return PatternMachine(program, Array(text.unicodeScalars.lazy.map(\.value))).isMatch(whole: true)
    }

    /// True when there is a match anywhere in the text.
    package func isFound(in text: String) -> Bool {
        PatternMachine(program, Array(text.unicodeScalars.lazy.map(\.value))).isMatch(whole: false)
    }

    /// The leftmost match, as Perl would choose it, with its groups.
    package func firstMatch(in text: String) -> Match? {
        match(in: text, whole: false)
    }

    /// The match that takes the whole text, with its groups: what relabelling needs.
    package func wholeMatch(in text: String) -> Match? {
        match(in: text, whole: true)
    }

    private func match(in text: String, whole: Bool) -> Match? {
        let scalars = text.unicodeScalars
        let machine = PatternMachine(program, Array(scalars.lazy.map(\.value)))
        guard let places = machine.firstMatch(whole: whole) else { return nil }
        let indices = Array(scalars.indices) + [scalars.endIndex]
        let groups = stride(from: 0, to: places.count, by: 2).map { slot -> Substring? in
            guard places[slot] >= 0, places[slot + 1] >= 0 else { return nil }
            return text[indices[places[slot]]..<indices[places[slot + 1]]]
        }
        return Match(groups: groups, names: groupNames)
    }

    /// The text with every match replaced, as Go's `ReplaceAllString` does it: `$1`, `${1}` and `${name}` in the replacement
    /// stand for groups, `$$` for a dollar sign.
    package func replacingMatches(in text: String, with replacement: String) -> String {
        let template = PatternReplacement(replacement)
        let scalars = Array(text.unicodeScalars)
        let machine = PatternMachine(program, scalars.map(\.value))
        var result = String.UnicodeScalarView()
        var (search, end) = (0, 0)
        while search <= scalars.count, let places = machine.firstMatch(whole: false, from: search) {
            result.append(contentsOf: scalars[end..<places[0]])
            // An empty match right behind the one before is none.
            if places[1] > end || places[0] == 0 {
                result.append(contentsOf: template.scalars(places, groupNames, scalars))
            }
            end = places[1]
            search = max(search + 1, end)
        }
        result.append(contentsOf: scalars[min(end, scalars.count)...])
        return String(result)
    }

    package var description: String { text }

    package static func == (left: Pattern, right: Pattern) -> Bool {
        left.text == right.text && left.flags == right.flags
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(flags)
    }

    /// Where a pattern was found.
    package struct Match: Hashable, Sendable {
        /// The whole match first, then each group; nil for a group that took no part.
        package let groups: [Substring?]
        fileprivate let names: [String?]

        fileprivate init(groups: [Substring?], names: [String?]) {
            self.groups = groups
            self.names = names
        }

        /// The whole match.
        package var text: Substring { groups[0] ?? "" }

        /// The text of a named group, nil where there is no such group or it took no part.
        package subscript(_ name: String) -> Substring? {
            names.firstIndex(of: name).flatMap { groups[$0] }
        }
    }
}

/// Why a text is no pattern.
package struct PatternError: Error, Hashable, Sendable {
    /// Lower case, no full stop, with the place.
    package let problem: String
    package let advice: String?

    init(_ problem: String, at offset: Int? = nil, advice: String? = nil) {
        self.problem = problem + (offset.map { " at character \($0 + 1)" } ?? "")
        self.advice = advice
    }
}

extension Set<String> {
    /// By scalars: for Swift “é” in one scalar and in two are the same text, for RE2 they are not.
    fileprivate func containsExactly(_ text: String) -> Bool {
        guard let index = firstIndex(of: text) else { return false }
        return self[index].unicodeScalars.elementsEqual(text.unicodeScalars)
    }
}
