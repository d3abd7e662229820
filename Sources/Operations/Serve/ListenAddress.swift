/// Where the daemon's HTTP API listens: `127.0.0.1:8420`, `[::1]:8420`, `:8420` (every address), `localhost:8420`.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    /// 0 for any port that is free.
    package let port: Int

    package static let standard = ListenAddress(host: "127.0.0.1", port: 8420)

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nil for what is no address.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), text[text.index(after: colon)...].allSatisfy(\.isASCII)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { return nil }
        } else {
            guard !host.contains(":") else { return nil }
        }
        let allowed = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        guard allowed, host.utf8.count < 254 else { return nil }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = port
    }

    /// True when nobody outside of this machine can connect.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }

    package var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}

/// Whether the HTTP API is served, and where.
package enum Listening: Hashable, Sendable, CustomStringConvertible {
    case at(ListenAddress)
    case off

    package var description: String {
        switch self {
        case .at(let address): address.description
        case .off: "off"
        }
    }

    /// An address or `off`; nil for anything else.
    package init?(_ text: String) {
        if text == "off" {
            self = .off
        } else if let address = ListenAddress(text) {
            self = .at(address)
        } else {
            return nil
        }
    }
}
