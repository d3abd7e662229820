/// A line of an `authorized_keys` file, as far as the lab honours it.
struct AuthorizedKey: Equatable {
    /// The key's blob in base64.
    let key: String
    /// `command="…"`, unquoted; whatever the client asks for, this runs.
    let command: String?
    /// Whether other nodes may be reached through this one.
    let allowsForwarding: Bool

    /// The lines that OpenSSH would take; comments, damaged lines and unknown options are left out.
    static func lines(in text: String) -> [AuthorizedKey] {
        text.split(whereSeparator: \.isNewline).compactMap { AuthorizedKey(line: $0) }
    }

    init?(line: Substring) {
        let words = Self.words(of: line)
        guard let first = words.first, !first.hasPrefix("#") else { return nil }
        if Self.isKeyType(first) {
            guard words.count >= 2 else { return nil }
            self.init(key: words[1], command: nil, allowsForwarding: true)
        } else {
            guard words.count >= 3, Self.isKeyType(words[1]), let options = Self.options(first) else { return nil }
            self.init(key: words[2], command: options.values["command"], allowsForwarding: options.allowsForwarding)
        }
    }

    private init(key: String, command: String?, allowsForwarding: Bool) {
        self.key = key
        self.command = command
        self.allowsForwarding = allowsForwarding
    }

    private static func isKeyType(_ word: String) -> Bool {
        ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].contains { word.hasPrefix($0) }
    }

    /// Splits at white space outside double quotes.
    private static func words(of line: Substring) -> [String] {
        split(line) { $0 == " " || $0 == "\t" }.filter { !$0.isEmpty }
    }

    private static func split(_ text: some StringProtocol, at isSeparator: (Character) -> Bool) -> [String] {
        var parts = [""]
        var isQuoted = false
        var previous: Character?
        for character in text {
            if character == "\"" && previous != "\\" { isQuoted.toggle() }
            if !isQuoted && isSeparator(character) {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
            previous = character
        }
        return parts
    }

    private static let flags: Set<String> = [
        "restrict", "no-port-forwarding", "no-x11-forwarding", "no-agent-forwarding", "no-pty", "no-user-rc", "pty",
        "port-forwarding", "agent-forwarding", "x11-forwarding", "user-rc",
    ]

    private static func options(_ text: String) -> (values: [String: String], allowsForwarding: Bool)? {
        var found: [String: String] = [:]
        var allowsForwarding = true
        for option in split(text, at: { $0 == "," }) {
            let halves = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].lowercased()
            if halves.count == 1 {
                guard flags.contains(name) else { return nil }
                // The last word counts: “restrict,port-forwarding” is how a jump host's line is written.
                if name == "restrict" || name == "no-port-forwarding" { allowsForwarding = false }
                if name == "port-forwarding" { allowsForwarding = true }
            } else {
                guard ["command", "environment", "permitopen", "permitlisten"].contains(name) else { return nil }
                guard let value = unquoted(halves[1]) else { return nil }
                found[name] = value
            }
        }
        return (found, allowsForwarding)
    }

    private static func unquoted(_ text: Substring) -> String? {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return nil }
        var value = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            // Only a quote can be escaped: every other backslash is meant for the shell.
            if isEscaped && character != "\"" { value.append("\\") }
            isEscaped = character == "\\" && !isEscaped
            if !isEscaped { value.append(character) }
        }
        return value
    }
}
