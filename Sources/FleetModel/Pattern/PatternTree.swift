/// A pattern as a tree.
indirect enum PatternTree: Hashable, Sendable {
    case empty
    /// One scalar; `folded` when its other case matches too (the value is then the folded one).
    case scalar(UInt32, folded: Bool)
    case any(exceptLineFeed: Bool)
    case characters(CharacterClass)
    case assertion(Assertion)
    case sequence([PatternTree])
    case alternatives([PatternTree])
    case group(PatternTree, number: Int)
    /// `most` nil: without end.
    case repeated(PatternTree, least: Int, most: Int?, isLazy: Bool)

    enum Assertion: Hashable, Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// True when the empty text can match.
    var isNullable: Bool {
        switch self {
        case .empty, .assertion: true
        case .scalar, .any, .characters: false
        case .sequence(let parts): parts.allSatisfy(\.isNullable)
        case .alternatives(let options): options.contains(where: \.isNullable)
        case .group(let inner, _): inner.isNullable
        case .repeated(let inner, let least, _, _): least == 0 || inner.isNullable
        }
    }

    /// The texts of a pattern that is nothing but alternatives of literals.
    var fixedTexts: Set<String>? {
        switch self {
        case .alternatives(let options):
            let texts = options.compactMap(\.fixedText)
            guard texts.count == options.count else { return nil }
            let set = Set(texts)
            // Canonically equal texts of different scalars would fall together in a set.
            return set.count == texts.count ? set : nil
        default: return fixedText.map { [$0] }
        }
    }

    private var fixedText: String? {
        switch self {
        case .empty: return ""
        case .scalar(let value, folded: false): return Unicode.Scalar(value).map { String(Character($0)) }
        case .sequence(let parts):
            let texts = parts.compactMap(\.fixedText)
            return texts.count == parts.count ? texts.joined() : nil
        case .scalar, .any, .characters, .assertion, .alternatives, .group, .repeated: return nil
        }
    }
}
