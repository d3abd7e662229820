/// What the operator pressed.
package enum Key: Hashable, Sendable {
    case character(Character)
    case up
    case down
    case left
    case right
    case pageUp
    case pageDown
    case home
    case end
    case enter
    case escape
    case backspace
    /// Ctrl-C.
    case interrupt
    /// Ctrl-Z.
    case suspend
    /// Ctrl-L.
    case redraw
}

/// Turns a terminal's bytes into keys; sequences may come in pieces.
package struct KeyReader: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// True while a sequence is unfinished: a lone ESC is the escape key only when nothing follows.
    package var isWaiting: Bool { !pending.isEmpty }

    /// Takes bytes; the keys that they finish.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending += bytes
        var keys: [Key] = []
        while let (length, key) = next() {
            pending.removeFirst(length)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// Nothing followed: an unfinished ESC was the key, anything else was noise.
    package mutating func flush() -> [Key] {
        defer { pending = [] }
        return pending.first == 0x1B ? [.escape] : []
    }

    private func next() -> (Int, Key?)? {
        guard let first = pending.first else { return nil }
        switch first {
        case 0x1B: return escape()
        case 0x03: return (1, .interrupt)
        case 0x1A: return (1, .suspend)
        case 0x0C: return (1, .redraw)
        case 0x0D, 0x0A: return (1, .enter)
        case 0x7F, 0x08: return (1, .backspace)
        case 0..<0x20: return (1, nil)
        case 0x20..<0x7F: return (1, .character(Character(Unicode.Scalar(first))))
        default: return character(first)
        }
    }

    private func character(_ first: UInt8) -> (Int, Key?)? {
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first < 0xF5 else { return (1, nil) }
        guard pending.count >= length else { return nil }
        guard let text = String(validating: pending.prefix(length), as: UTF8.self), let character = text.first else {
            return (1, nil)
        }
        return (length, .character(character))
    }

    private func escape() -> (Int, Key?)? {
        guard pending.count > 1 else { return nil }
        guard pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O") else { return (1, .escape) }
        guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            // No terminal sends sequences that long.
            return pending.count > 32 ? (pending.count, nil) : nil
        }
        return (end + 1, Self.key(final: pending[end], parameters: pending[2..<end]))
    }

    private static func key(final: UInt8, parameters: ArraySlice<UInt8>) -> Key? {
        switch final {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return .right
        case UInt8(ascii: "D"): return .left
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "M"): return .enter
        case UInt8(ascii: "~"): break
        default: return nil
        }
        switch String(decoding: parameters.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self) {
        case "1", "7": return .home
        case "4", "8": return .end
        case "5": return .pageUp
        case "6": return .pageDown
        default: return nil
        }
    }
}
