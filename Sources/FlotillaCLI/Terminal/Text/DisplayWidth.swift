/// How many columns text takes on a terminal: 0 for combining marks, 2 for East Asian wide characters and emoji.
///
/// Ambiguous characters count 1, as terminals outside East Asian locales draw them.
package enum DisplayWidth {
    /// The columns of a text without control characters; those count 0 and are `TerminalText`'s business.
    package static func of(_ text: some StringProtocol) -> Int {
        if let ascii = asciiCount(text) { return ascii }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The columns of one user-perceived character.
    package static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let base = scalars.first else { return 0 }
        if scalars.count == 1 { return of(base) }
        if isEmojiSequence(base, scalars) { return 2 }
        return scalars.reduce(0) { $0 + of($1) }
    }

    /// The columns of one code point on its own.
    package static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20..<0x7F, 0xA0..<0x300: return 1
        case 0..<0xA0: return 0
        // Medial and final Hangul letters are drawn into the block that the initial letter opened.
        case 0x1160...0x11FF, 0xD7B0...0xD7FF: return 0
        default: break
        }
        if isZeroWidth(scalar) { return 0 }
        return isWide(scalar.value) ? 2 : 1
    }

    private static func isZeroWidth(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator: true
        case .format: !takesRoom(scalar.value)
        default: false
        }
    }

    // Prepended marks, such as the Arabic number sign, enclose what follows and take room of their own.
    private static func takesRoom(_ format: UInt32) -> Bool {
        switch format {
        case 0x600...0x605, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x110BD, 0x110CD: true
        default: false
        }
    }

    /// Flags, keycaps, skin tones, joined families: one picture, two columns.
    private static func isEmojiSequence(_ base: Unicode.Scalar, _ scalars: Character.UnicodeScalarView) -> Bool {
        if isRegional(base) { return scalars.dropFirst().first.map(isRegional) ?? false }
        guard base.properties.isEmoji else { return false }
        if scalars.contains(where: { $0.value == 0xFE0F }) { return true }
        return isWide(base.value)
    }

    private static func isRegional(_ scalar: Unicode.Scalar) -> Bool {
        (0x1F1E6...0x1F1FF).contains(scalar.value)
    }

    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        var low = 0
        var high = wideRanges.count
        while low < high {
            let middle = (low + high) / 2
            if value > wideRanges[middle].upperBound { low = middle + 1 } else { high = middle }
        }
        return low < wideRanges.count && wideRanges[low].contains(value)
    }

    private static func asciiCount(_ text: some StringProtocol) -> Int? {
        var count = 0
        for byte in text.utf8 {
            guard byte >= 0x20 && byte < 0x7F else { return nil }
            count += 1
        }
        return count
    }
}
