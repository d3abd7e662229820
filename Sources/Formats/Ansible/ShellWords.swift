/// A line split as Python's `shlex.split(line, comments=True)` does it, with the column at which each word begins.
struct ShellWords {
    struct Word {
        var text: String
        /// From 1, in characters.
        var column: Int
    }

    enum Fault: Error {
        case openQuote
        case openEscape
    }

    private enum State {
        case blank
        case word
        case quoted(Character)
        /// After a backslash; inside double quotes it escapes only itself and the quote.
        case escaped(inQuotes: Bool)
    }

    /// - Throws: `Fault`.
    static func split(_ line: some StringProtocol) throws(Fault) -> [Word] {
        var words: [Word] = []
        var word = Word(text: "", column: 0)
        var state = State.blank
        scan: for (offset, letter) in line.enumerated() {
            switch state {
            case .blank where letter.isBlank: continue
            case .blank, .word:
                if letter == "#" { break scan }
                if case .word = state, letter.isBlank {
                    words.append(word)
                    state = .blank
                    continue
                }
                if case .blank = state { word = Word(text: "", column: offset + 1) }
                switch letter {
                case "'", "\"": state = .quoted(letter)
                case "\\": state = .escaped(inQuotes: false)
                default:
                    word.text.append(letter)
                    state = .word
                }
            case .quoted(letter): state = .word
            case .quoted("\"") where letter == "\\": state = .escaped(inQuotes: true)
            case .quoted: word.text.append(letter)
            case .escaped(let inQuotes):
                if inQuotes, letter != "\\", letter != "\"" { word.text.append("\\") }
                word.text.append(letter)
                state = inQuotes ? .quoted("\"") : .word
            }
        }
        switch state {
        case .blank: return words
        case .word: return words + [word]
        case .quoted: throw .openQuote
        case .escaped: throw .openEscape
        }
    }
}

extension Character {
    fileprivate var isBlank: Bool { self == " " || self == "\t" || self == "\r" || self == "\n" }
}
