internal import FleetModel
internal import GoTemplate

/// One notice on its way into a service's words.
struct MessageWriting {
    let composer: MessageComposer
    let notice: Notice
    let data: AlertData

    /// - `field`: what the template is called in an error.
    func render(_ text: String, _ field: String, html: Bool = false) throws(MessageError) -> String {
        do {
            return try composer.templates.render(text, name: "", with: .object(data), html: html)
        } catch {
            throw MessageError("template", "\(field): \(error.problem)", advice: error.advice)
        }
    }

    /// A text member, left out where it is empty.
    func add(
        _ text: String,
        as name: String,
        limit: Int = 20_000,
        to members: inout [String: JSONValue]
    ) throws(MessageError) {
        let text = CutText.text(try render(text, name), limit: limit)
        if !text.isEmpty { members[name] = .string(text) }
    }

    func post(
        to url: String,
        _ body: JSONValue,
        secrets: [String],
        http: HTTPSettings,
        timeout: Duration? = nil,
        answersInJSON: Bool = false
    ) throws(MessageError) -> OutgoingMessage {
        var message = OutgoingMessage(
            url: Secret(url),
            headers: [("content-type", Secret("application/json"))],
            body: Array(body.text().utf8),
            timeout: timeout,
            http: http,
            secrets: secrets,
            answersInJSON: answersInJSON
        )
        try authorize(&message, http)
        return message
    }

    private func authorize(_ message: inout OutgoingMessage, _ http: HTTPSettings) throws(MessageError) {
        if let login = http.login {
            let password = try composer.secrets([login.password])[0]
            let words = Base64.text(Array("\(login.name):\(password)".utf8))
            message.headers.append(("authorization", Secret("Basic " + words)))
            message.secrets += [password, words]
        } else if let given = http.authorization {
            let credentials = try composer.secrets([given.credentials])[0]
            message.headers.append(("authorization", Secret(given.scheme + " " + credentials)))
            message.secrets.append(credentials)
        }
        for header in http.headers {
            let value = try composer.secrets([header.value])[0]
            message.headers.append((header.name, Secret(value)))
            message.secrets.append(value)
        }
    }
}

/// RFC 4648.
package enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let number = part.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            for place in 0..<4 {
                let letter = letters[Int(number >> UInt32(18 - 6 * place) & 63)]
                result.append(place <= part.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Values of a form.
enum GoQuery {
    static func escaped(_ text: String) -> String { GoEscaping.query(text) }
}
