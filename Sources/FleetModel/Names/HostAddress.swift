/// Where a node is reached: a DNS name, an IPv4 or an IPv6 address (without brackets; a zone such as `%eth0` may follow).
package struct HostAddress: CheckedText {
    package static let noun = "host"
    package let text: String

    package init(_ text: String) throws(UsageError) {
        let rule = NameRule(
            noun: Self.noun,
            length: 1...253,
            first: { NameRule.isLetterOrDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "_") },
            rest: { NameRule.isNameByte($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") },
            allowed: "a DNS name, an IPv4 or an IPv6 address"
        )
        try rule.check(text)
        guard text.contains(":") ? Self.isIPv6(text) : Self.isName(text) else {
            throw UsageError("bad_host", "host “\(text.quotedForMessage)” is no DNS name, IPv4 or IPv6 address")
        }
        self.text = text
    }

    /// True when the text is an IPv6 address; it then wants brackets in `[host]:port`.
    package var isIPv6: Bool { text.contains(":") }

    /// `host:port`, with brackets around an IPv6 address.
    package func joined(to port: Port) -> String {
        isIPv6 ? "[\(text)]:\(port)" : "\(text):\(port)"
    }

    /// A trailing dot is an absolute name; all other parts are 1 to 63 bytes and have no hyphen at an end. Parts that are
    /// all digits are an IPv4 address, or nothing.
    private static func isName(_ text: String) -> Bool {
        // In one pass and without an array: ten thousand nodes are read at every start.
        var (labels, numbers, octets) = (0, 0, 0)
        var part = Part()
        func end() -> Bool {
            guard part.isLabel else { return false }
            (labels, numbers) = (labels + 1, numbers + (part.isNumber ? 1 : 0))
            octets += part.isOctet ? 1 : 0
            return true
        }
        for byte in text.utf8 {
            guard byte != UInt8(ascii: "%") else { return false }
            if byte != UInt8(ascii: ".") {
                part.take(byte)
            } else {
                guard end() else { return false }
                part = Part()
            }
        }
        let isAbsolute = part.length == 0
        guard isAbsolute || end(), labels > 0 else { return false }
        return numbers < labels || (labels == 4 && octets == 4 && !isAbsolute)
    }

    /// What stands between two dots.
    private struct Part {
        var length = 0
        /// Of its digits; capped, so that no number of digits overflows.
        var value = 0
        var isNumber = true
        private var hyphenBegins = false
        private var last: UInt8 = 0

        mutating func take(_ byte: UInt8) {
            if length == 0, byte == UInt8(ascii: "-") { hyphenBegins = true }
            isNumber = isNumber && (0x30...0x39).contains(byte)
            value = min(10_000, value * 10 + Int(byte & 15))
            last = byte
            length += 1
        }

        var isOctet: Bool { isNumber && length <= 3 && value < 256 }
        var isLabel: Bool { (1...63).contains(length) && !hyphenBegins && last != UInt8(ascii: "-") }
    }

    private static func isIPv6(_ text: String) -> Bool {
        let zoned = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if zoned.count == 2, zoned[1].isEmpty { return false }
        let address = zoned[0]
        let halves = address.components(separatedByPair: "::")
        guard halves.count <= 2, !address.contains(":::") else { return false }
        let groups = halves.map { $0.isEmpty ? [] : $0.split(separator: ":", omittingEmptySubsequences: false) }
        let count = groups.joined().reduce(0) { $0 + ($1.contains(".") ? 2 : 1) }
        guard halves.count == 2 ? count < 8 : count == 8 else { return false }
        let flat = Array(groups.joined())
        return flat.enumerated().allSatisfy { index, group in
            if group.contains(".") { return index == flat.count - 1 && isDottedQuad(group) }
            return (1...4).contains(group.utf8.count) && group.allSatisfy(\.isHexDigit)
        }
    }

    private static func isDottedQuad(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { $0.allSatisfy(\.isNumber) && Int($0) ?? 256 < 256 }
    }
}

extension Substring {
    /// Splits at each occurrence of a two-character separator; the ground has no Foundation.
    fileprivate func components(separatedByPair pair: String) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(pair) {
                parts.append(self[start..<index])
                index = self.index(index, offsetBy: 2)
                start = index
            } else {
                index = self.index(after: index)
            }
        }
        return parts + [self[start..<endIndex]]
    }
}

/// A TCP port: 1 to 65535.
package struct Port: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The port of SSH.
    package static let ssh = Port(22 as UInt16)
    package let number: UInt16

    private init(_ number: UInt16) {
        self.number = number
    }

    /// - Throws: `UsageError` unless 1...65535.
    package init(_ number: Int) throws(UsageError) {
        guard (1...65535).contains(number) else {
            throw UsageError("bad_port", "port \(number) is out of range", advice: "a port is 1 to 65535")
        }
        self.number = UInt16(number)
    }

    /// - Throws: `UsageError` unless the text is a decimal number from 1 to 65535.
    package init(_ text: String) throws(UsageError) {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
            throw UsageError(
                "bad_port",
                "port “\(text.quotedForMessage)” is not a number",
                advice: "a port is 1 to 65535"
            )
        }
        try self.init(number)
    }

    package var description: String { String(number) }
    package static func < (left: Port, right: Port) -> Bool { left.number < right.number }
}
