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

    private static func isName(_ text: String) -> Bool {
        // Byte by byte: ten thousand nodes are read at every start.
        let bytes = Array(text.utf8)
        guard !bytes.contains(UInt8(ascii: "%")) else { return false }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // A trailing dot is an absolute name; all other parts are 1 to 63 bytes and have no hyphen at an end.
        let labels = parts.last?.isEmpty == true ? parts.dropLast() : parts[...]
        guard !labels.isEmpty, labels.allSatisfy(isDNSLabel) else { return false }
        guard labels.allSatisfy({ $0.allSatisfy(isDigit) }) else { return true }
        return labels.count == 4 && parts.count == 4 && labels.allSatisfy(isByte)
    }

    private static func isDNSLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Digits for a number from 0 to 255.
    private static func isByte(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.count <= 3 && digits.reduce(0) { $0 * 10 + Int($1 & 15) } < 256
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
