package import FleetModel

/// A notice as one service wants it: a POST.
package struct OutgoingMessage: Sendable {
    /// May hold a token: never shown.
    package var url: Secret
    package var headers: [(name: String, value: Secret)]
    package var body: [UInt8]
    /// Nil for the house's own.
    package var timeout: Duration?
    package var http: HTTPSettings
    /// What must not stand in an error: what the settings' sources held.
    package var secrets: [String]
    /// True where the service says in JSON whether it took the message.
    package var answersInJSON: Bool
}

/// Why a notice cannot be written as a message; trying again would not help.
package struct MessageError: Error, Hashable, Sendable {
    /// The word after `notify.`
    package let reason: String
    package let problem: String
    package let advice: String?

    package init(_ reason: String, _ problem: String, advice: String? = nil) {
        self.reason = reason
        self.problem = problem
        self.advice = advice
    }
}

/// Text that fits, with what was cut said.
package enum CutText {
    /// - `limit`: the most units of UTF-16 (what chats count in).
    package static func text(_ text: String, limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        let note = "… (\(text.count) characters, the rest is cut)"
        guard note.utf16.count * 2 < limit else { return String(prefix(text, limit - 1)) + "…" }
        return prefix(text, limit - note.utf16.count) + note
    }

    /// HTML as Telegram knows it: no tag and no entity is cut in two, and what is open is closed.
    package static func html(_ text: String, limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        let note = "… (the rest is cut)"
        var kept = prefix(text, limit - note.utf16.count - 64)
        if let open = kept.lastIndex(of: "<"), !kept[open...].contains(">") { kept = String(kept[..<open]) }
        if let mark = kept.lastIndex(of: "&"), !kept[mark...].contains(";"),
            kept.distance(from: mark, to: kept.endIndex) < 12
        {
            kept = String(kept[..<mark])
        }
        return kept + note + openTags(kept).reversed().map { "</\($0)>" }.joined()
    }

    private static func openTags(_ html: String) -> [String] {
        var open: [String] = []
        var rest = html[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            let tag = rest[rest.index(after: start)..<end]
            let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "-" })
            if tag.hasPrefix("/") {
                if let index = open.lastIndex(of: name) { open.removeSubrange(index...) }
            } else if !name.isEmpty {
                open.append(name)
            }
            rest = rest[rest.index(after: end)...]
        }
        return Array(open.suffix(8))
    }

    /// Whole characters only.
    private static func prefix(_ text: String, _ limit: Int) -> String {
        var units = 0
        var end = text.startIndex
        while end < text.endIndex {
            let next = text.index(after: end)
            units += text[end..<next].utf16.count
            if units > limit { break }
            end = next
        }
        return String(text[..<end])
    }
}
