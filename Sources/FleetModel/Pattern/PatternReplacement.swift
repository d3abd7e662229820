/// What a match is replaced by, read once: texts and groups.
struct PatternReplacement {
    private var parts: [Part] = []

    private enum Part {
        case text([Unicode.Scalar])
        case group(String)
    }

    init(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        var plain: [Unicode.Scalar] = []
        while let first = rest.popFirst() {
            guard first == "$" else {
                plain.append(first)
                continue
            }
            if rest.first == "$" {
                plain.append("$")
                rest.removeFirst()
            } else if let name = Self.name(&rest) {
                parts.append(.text(plain))
                plain = []
                parts.append(.group(name))
            } else {
                plain.append("$")
            }
        }
        parts.append(.text(plain))
    }

    /// `1x` and `{1}x` behind the dollar sign; nil where no name stands there.
    private static func name(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
        let isBraced = rest.first == "{"
        let name = rest.dropFirst(isBraced ? 1 : 0).prefix { $0 == "_" || $0.properties.isAlphabetic || isDigit($0) }
        let after = rest.dropFirst(name.count + (isBraced ? 1 : 0))
        guard !name.isEmpty, !isBraced || after.first == "}" else { return nil }
        rest = isBraced ? after.dropFirst() : after
        return String(String.UnicodeScalarView(name))
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    func scalars(_ places: [Int], _ names: [String?], _ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        parts.flatMap { part -> [Unicode.Scalar] in
            switch part {
            case .text(let text): return text
            case .group(let name):
                guard let group = Int(name) ?? names.firstIndex(of: name), group >= 0, 2 * group + 1 < places.count,
                    places[2 * group] >= 0
                else { return [] }
                return Array(text[places[2 * group]..<places[2 * group + 1]])
            }
        }
    }
}
