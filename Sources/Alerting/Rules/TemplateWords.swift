/// Words of a text, for `title`.
enum TemplateWords {
    /// The first letter of each word in upper case, the others as they are.
    static func title(_ text: String) -> String {
        var result = ""
        var isInWord = false
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            if character.isLetter {
                result += isInWord ? String(character) : character.uppercased()
                isInWord = true
            } else {
                result.append(character)
                let next = index + 1 < characters.count ? characters[index + 1] : nil
                isInWord = isInWord && joins(character, before: next)
            }
        }
        return result
    }

    /// True for what stands inside of words: `don't`, `a.b`, `pi_01`.
    private static func joins(_ character: Character, before next: Character?) -> Bool {
        switch character {
        case "_": true
        case "'", "’", ".", "·", ":", "‧", "․": next?.isLetter == true
        default: character.isNumber
        }
    }
}
