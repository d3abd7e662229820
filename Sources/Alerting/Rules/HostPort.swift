/// `host:port` as Go's `net.SplitHostPort` takes it.
struct HostPort {
    let host: String
    let port: String

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let port = text[text.index(after: colon)...]
        if host.hasPrefix("[") {
            guard host.hasSuffix("]"), !host.dropFirst().dropLast().contains("]") else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.contains("["), !port.contains("["), !port.contains("]"), !host.contains("]") else { return nil }
        (self.host, self.port) = (String(host), String(port))
    }

    /// The first part of the host's name; an address stays as it is.
    static func withoutDomain(_ text: String) -> String {
        let parts = HostPort(text)
        let host = parts?.host ?? text
        guard !isAddress(host) else { return text }
        let name = String(host.prefix { $0 != "." })
        guard let port = parts?.port, !port.isEmpty else { return name }
        return "\(name):\(port)"
    }

    private static func isAddress(_ host: String) -> Bool {
        if host.contains(":") { return host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.allSatisfy(\.isWholeNumber) && UInt8(part) != nil && (part == "0" || !part.hasPrefix("0"))
            }
    }
}
