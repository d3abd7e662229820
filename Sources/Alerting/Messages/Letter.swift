package import FleetModel
internal import GoTemplate

/// A mail, ready for SMTP.
package struct Letter: Sendable {
    /// Bare addresses, as the envelope has them.
    package var sender: String
    package var recipients: [String]
    /// Headers and body with CRLF, lines of at most 998 bytes.
    package var bytes: [UInt8]
    package var username: String
    package var password: Secret?
}

extension MessageComposer {
    /// - Throws: `MessageError` where a template fails or an address is none.
    package func letter(
        _ notice: Notice,
        _ settings: EmailSettings,
        at now: Timestamp
    ) throws(MessageError) -> Letter {
        let writing = MessageWriting(composer: self, notice: notice, data: AlertData(notice, externalURL: externalURL))
        let (from, to) = (try writing.render(settings.from, "from"), try writing.render(settings.to, "to"))
        let senders = try MailAddress.list(from, "from")
        let recipients = try MailAddress.list(to, "to")
        var given: [String: String] = [:]
        for (name, text) in settings.headers { given[name.lowercased()] = try writing.render(text, "headers") }
        let subject = try writing.render(
            settings.headers.first { $0.key.lowercased() == "subject" }?.value
                ?? #"{{ template "email.default.subject" . }}"#,
            "subject"
        )
        var headers = [("From", from), ("To", to), ("Subject", subject)]
        headers += given.filter { !["subject", "from", "to"].contains($0.key) }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
        headers += [
            ("Date", GoTime(now).formatted("Mon, 02 Jan 2006 15:04:05 -0700")),
            ("Message-Id", "<\(digest("\(notice.groupKey) \(now.milliseconds)")).flotilla>"),
            ("MIME-Version", "1.0"),
        ]
        let html = try writing.render(settings.html, "html", html: true)
        let text = try writing.render(settings.text, "text")
        var head = ""
        for header in headers { head += try MailHeader.line(header.0, header.1) }
        return Letter(
            sender: senders[0],
            recipients: recipients,
            bytes: Array((head + body(text, html, digest(head))).utf8),
            username: settings.username,
            password: try settings.password.map { source throws(MessageError) in Secret(try secrets([source])[0]) }
        )
    }

    /// Both forms as base64: no line of it can be taken for SMTP or for a border.
    private func body(_ text: String, _ html: String, _ mark: String) -> String {
        let border = "flotilla-\(mark.prefix(32))"
        let parts = [("text/plain", text), ("text/html", html)].filter { !$0.1.isEmpty }.map { kind, text in
            "--\(border)\r\nContent-Type: \(kind); charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + MailHeader.wrapped(Base64.text(Array(text.utf8)))
        }
        return "Content-Type: multipart/alternative; boundary=\"\(border)\"\r\n\r\n" + parts.joined()
            + "--\(border)--\r\n"
    }
}

/// `Name <a@b.example>, c@d.example`
enum MailAddress {
    static func list(_ text: String, _ field: String) throws(MessageError) -> [String] {
        var parts: [String] = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        let found = parts.map { part -> String in
            guard let open = part.lastIndex(of: "<"), let close = part.lastIndex(of: ">"), open < close else {
                return part.trimmingSpace
            }
            return String(part[part.index(after: open)..<close])
        }
        for address in found where !isAddress(address) {
            throw MessageError(
                "bad_address",
                "\(field): “\(address.prefix(80).filter { !$0.isNewline })” is no address"
            )
        }
        return found
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 320
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"<>\"(),;:\\".utf8.contains($0) }
    }
}

enum MailHeader {
    /// One header; a line break in a value becomes a space, so that no value can begin another header.
    static func line(_ name: String, _ value: String) throws(MessageError) -> String {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }) else {
            throw MessageError(
                "bad_header",
                "headers: “\(name.prefix(40).filter { !$0.isNewline })” is no name of a header"
            )
        }
        let scalars = value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
        let plain = String(String.UnicodeScalarView(scalars)).trimmingSpace
        guard !plain.utf8.allSatisfy({ $0 < 0x80 }) || plain.utf8.count > 900 else { return "\(name): \(plain)\r\n" }
        return "\(name): " + encoded(plain).joined(separator: "\r\n ") + "\r\n"
    }

    /// RFC 2047, whole characters in each word.
    private static func encoded(_ text: String) -> [String] {
        var words: [String] = []
        var part: [UInt8] = []
        for character in text.prefix(2000) {
            if part.count + character.utf8.count > 45, !part.isEmpty {
                words.append("=?UTF-8?B?\(Base64.text(part))?=")
                part = []
            }
            part += Array(character.utf8.prefix(45))
        }
        return words + ["=?UTF-8?B?\(Base64.text(part))?="]
    }

    /// Lines of 76 letters.
    static func wrapped(_ text: String) -> String {
        let letters = Array(text.utf8)
        return stride(from: 0, to: letters.count, by: 76).map { start in
            String(decoding: letters[start..<min(start + 76, letters.count)], as: UTF8.self) + "\r\n"
        }.joined()
    }
}
