/// A set of scalars: ranges and Unicode categories, the whole perhaps turned around.
struct CharacterClass: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var parts: [Part] = []
    var isNegated = false
    /// True: a scalar also belongs when its other case does.
    var isFolded = false

    /// A part that is not a list of ranges.
    enum Part: Hashable, Sendable {
        /// General category by its name, `L` or `Lu`.
        case category(String, isNegated: Bool)
        /// `\D`, `\W` and their like inside of brackets.
        case noneOf([ClosedRange<UInt32>])
    }

    static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    static let words: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    static let spaces: [ClosedRange<UInt32>] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]

    /// The classes of `[[:name:]]`.
    static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F],
        "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F], "digit": digits, "graph": [0x21...0x7E],
        "lower": [0x61...0x7A], "print": [0x20...0x7E], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [0x09...0x0D, 0x20...0x20], "upper": [0x41...0x5A], "word": words,
        "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]

    func contains(_ scalar: UInt32) -> Bool {
        let isIn = holds(scalar) || isFolded && CaseFolding.others(of: scalar).contains(where: holds)
        return isIn != isNegated
    }

    private func holds(_ scalar: UInt32) -> Bool {
        if ranges.contains(where: { $0.contains(scalar) }) { return true }
        return parts.contains { part in
            switch part {
            case .category(let name, let isNegated): (Self.category(of: scalar).hasPrefix(name)) != isNegated
            case .noneOf(let ranges): !ranges.contains { $0.contains(scalar) }
            }
        }
    }

    /// The two-letter name of a scalar's general category.
    private static func category(of value: UInt32) -> String {
        guard let scalar = Unicode.Scalar(value) else { return "Cs" }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }

    /// The names of categories that `\p{…}` takes.
    static func isCategory(_ name: String) -> Bool {
        let all = "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
        return all.split(separator: " ").contains { $0 == name }
    }
}

/// Simple case folding, scalar by scalar.
enum CaseFolding {
    /// One scalar that stands for all cases of a letter.
    static func fold(_ value: UInt32) -> UInt32 {
        if value < 0x80 { return (0x41...0x5A).contains(value) ? value | 0x20 : value }
        guard let scalar = Unicode.Scalar(value) else { return value }
        return single(upper(scalar).properties.lowercaseMapping)?.value ?? value
    }

    /// The other cases of a letter that a class may hold.
    static func others(of value: UInt32) -> [UInt32] {
        guard let scalar = Unicode.Scalar(fold(value)) else { return [] }
        // The Kelvin sign and the long s are the only ASCII letters' third case.
        let third: UInt32? = scalar == "k" ? 0x212A : scalar == "s" ? 0x017F : nil
        return [scalar.value, upper(scalar).value] + (third.map { [$0] } ?? [])
    }

    private static func upper(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        single(scalar.properties.uppercaseMapping) ?? scalar
    }

    private static func single(_ text: String) -> Unicode.Scalar? {
        text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
    }
}
