import Crypto

/// One key of an `authorized_keys` file, as far as it can be read. Nodes are hostile: nothing of it is taken for true
/// but what follows from the bytes of the key.
package struct AuthorizedKeyLine: Hashable, Sendable {
    /// Counted from 1.
    package var line: Int
    /// `ssh-ed25519`; nil where the line is no key.
    package var type: String?
    /// Of the key itself; nil where the kind has none.
    package var bits: Int?
    /// The base64 word.
    package var blob: String
    /// `SHA256:…`, computed here.
    package var fingerprint: String?
    /// As they stand there, one for each.
    package var options: [String]
    package var comment: String

    /// What is worth a look.
    package enum Flag: String, Hashable, Sendable, CaseIterable {
        /// DSA, or RSA under 2048 bits.
        case weak
        /// The same key stands in an earlier line.
        case duplicate
        /// No option takes anything away: a shell, a terminal and forwarding.
        case unrestricted
        /// Whoever holds this authority's key can let anybody in.
        case authority
        /// The line is no key, so servers pass over it.
        case unreadable
    }

    package func flags(after earlier: Set<String>) -> Set<Flag> {
        guard let type else { return [.unreadable] }
        var flags: Set<Flag> = []
        if type == "ssh-dss" || (type == "ssh-rsa" && (bits ?? 0) < 2048) { flags.insert(.weak) }
        if earlier.contains(blob) { flags.insert(.duplicate) }
        let names = Set(options.map { $0.prefix { $0 != "=" }.lowercased() })
        if names.contains("cert-authority") { flags.insert(.authority) }
        let taking = names.contains { $0 == "restrict" || $0 == "command" || $0.hasPrefix("no-") }
        if !taking { flags.insert(.unrestricted) }
        return flags
    }
}

/// Reads `authorized_keys` as sshd does.
package enum AuthorizedKeysText {
    private static let types = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"]

    /// Every line that is neither empty nor a comment.
    package static func lines(_ text: String) -> [AuthorizedKeyLine] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let bare = line.drop { $0 == " " || $0 == "\t" }
            guard !bare.isEmpty, bare != "\r", !bare.hasPrefix("#") else { return nil }
            return read(bare, number: index + 1)
        }
    }

    private static func read(_ line: Substring, number: Int) -> AuthorizedKeyLine {
        var words = split(line, at: { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }).filter { !$0.isEmpty }
        var options: [String] = []
        if let first = words.first, !isType(first) {
            options = split(first[...], at: { $0 == "," })
            words.removeFirst()
        }
        let comment = words.dropFirst(2).joined(separator: " ")
        guard words.count > 1, isType(words[0]), let bytes = Base64.bytes(words[1]),
            field(bytes, 0) == Array(words[0].utf8)
        else {
            return AuthorizedKeyLine(line: number, blob: "", options: [], comment: String(line.prefix(120)))
        }
        return AuthorizedKeyLine(
            line: number,
            type: words[0],
            bits: bits(words[0], bytes),
            blob: words[1],
            fingerprint: fingerprint(bytes),
            options: options,
            comment: comment
        )
    }

    private static func fingerprint(_ bytes: [UInt8]) -> String {
        "SHA256:" + Base64.unpadded(SHA256.hash(data: bytes))
    }

    private static func isType(_ word: String) -> Bool { types.contains { word.hasPrefix($0) } }

    /// Splits outside double quotes; `\"` inside them is no end.
    private static func split(_ text: Substring, at isSeparator: (Character) -> Bool) -> [String] {
        var (parts, isQuoted, previous) = ([""], false, Character(" "))
        for character in text {
            if character == "\"", previous != "\\" { isQuoted.toggle() }
            if !isQuoted, isSeparator(character) { parts.append("") } else { parts[parts.count - 1].append(character) }
            previous = character
        }
        return parts
    }

    private static func bits(_ type: String, _ bytes: [UInt8]) -> Int? {
        switch type {
        case "ssh-ed25519", "sk-ssh-ed25519@openssh.com": 256
        case "ssh-rsa": field(bytes, 2).map(width)
        case "ssh-dss": field(bytes, 1).map(width)
        case "ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256@openssh.com": 256
        case "ecdsa-sha2-nistp384": 384
        case "ecdsa-sha2-nistp521": 521
        default: nil
        }
    }

    /// The bits of an unsigned number, most significant byte first.
    private static func width(_ number: [UInt8]) -> Int {
        let digits = number.drop { $0 == 0 }
        guard let first = digits.first else { return 0 }
        return digits.count * 8 - first.leadingZeroBitCount
    }

    /// One of the length-prefixed fields of a key (RFC 4253, 6.6).
    private static func field(_ bytes: [UInt8], _ index: Int) -> [UInt8]? {
        var rest = bytes[...]
        for step in 0...index {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard length <= rest.count - 4 else { return nil }
            let found = rest.dropFirst(4).prefix(length)
            if step == index { return Array(found) }
            rest = rest.dropFirst(4 + length)
        }
        return nil
    }
}
