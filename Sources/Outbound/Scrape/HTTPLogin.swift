internal import FleetModel
internal import Operations

/// What a request carries to be let in.
enum HTTPLogin {
    static func headers(
        _ access: HTTPAccess,
        files: (String) throws -> [UInt8]
    ) throws -> [(name: String, value: String)] {
        var headers = access.headers.map { (name: $0.key, value: text(of: $0.value)) }
        switch access.login {
        case .none: break
        case .basic(let user, let password):
            let pair = Array(user.utf8) + [UInt8(ascii: ":")] + Array(try text(password, files).utf8)
            headers.append(("Authorization", "Basic " + base64(pair)))
        case .authorization(let type, let credentials):
            headers.append(("Authorization", type + " " + (try text(credentials, files))))
        }
        return headers
    }

    private static func text(of secret: Secret) -> String {
        secret.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// A file's last line feed is not part of the secret.
    private static func text(_ source: SecretSource, _ files: (String) throws -> [UInt8]) throws -> String {
        switch source {
        case .text(let secret): return text(of: secret)
        case .file(let path):
            let text = String(decoding: try files(path), as: UTF8.self)
            return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0..<4 {
                text.append(place <= part.count ? letters[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
