internal import FleetModel

/// `web[01:50:2].example:2222`: a host name with ranges and a port, as Ansible expands it.
struct AnsibleHostPattern {
    private(set) var names: [String]
    private(set) var port: Int?

    struct Fault: Error {
        let reason: String
    }

    /// - Throws: `Fault` when a range cannot be expanded, or expands to more than `limit` names.
    init(_ text: String, limit: Int = AnsibleInventory.hostLimit) throws(Fault) {
        guard text.utf8.count <= 1024, text.count(where: { $0 == "[" }) <= 16 else {
            throw Fault(reason: "“\(text.quotedForMessage)” is longer than any host name, or has more than 16 ranges")
        }
        let (pattern, port) = Self.splittingPort(text)
        self.port = port
        self.names = try Self.expanded(pattern, limit: limit)
    }

    /// `[host]:22` and `host:22`; an IPv6 address without brackets has no port.
    private static func splittingPort(_ text: String) -> (pattern: String, port: Int?) {
        guard let colon = text.lastIndex(of: ":"), let port = digits(text[text.index(after: colon)...]) else {
            return (text, nil)
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inside = host.dropFirst().dropLast()
            if !inside.isEmpty, !inside.contains("]") { return (String(inside), port) }
        }
        var isInRange = false
        for letter in host {
            switch letter {
            case "[" where !isInRange: isInRange = true
            case "]" where isInRange: isInRange = false
            case ":" where !isInRange, "]": return (text, nil)
            default: break
            }
        }
        return isInRange ? (text, nil) : (String(host), port)
    }

    private static func expanded(_ pattern: String, limit: Int) throws(Fault) -> [String] {
        guard let open = pattern.firstIndex(of: "[") else { return [pattern] }
        guard let close = pattern[open...].firstIndex(of: "]") else {
            throw Fault(reason: "the range in “\(pattern.quotedForMessage)” has no “]”")
        }
        let bounds = pattern[pattern.index(after: open)..<close]
        let tails = try expanded(String(pattern[pattern.index(after: close)...]), limit: limit)
        let values = try values(bounds, limit: limit)
        guard values.count * tails.count <= limit else {
            throw Fault(reason: "“\(pattern.quotedForMessage)” names more than \(limit) hosts")
        }
        return values.flatMap { value in tails.map { pattern[..<open] + value + $0 } }
    }

    private static func values(_ range: Substring, limit: Int) throws(Fault) -> [String] {
        let bounds = range.split(separator: ":", omittingEmptySubsequences: false)
        guard bounds.count == 2 || bounds.count == 3 else {
            throw Fault(reason: "range “[\(String(range).quotedForMessage)]” must be begin:end or begin:end:step")
        }
        let begin = bounds[0].isEmpty ? "0" : bounds[0]
        let end = bounds[1]
        guard let step = bounds.count == 3 ? digits(bounds[2]) : 1, step > 0 else {
            throw Fault(reason: "range “[\(String(range).quotedForMessage)]” has a step that is no number above 0")
        }
        if begin.count == 1, end.count == 1, let first = letters.firstIndex(of: begin),
            let last = letters.firstIndex(of: end)
        {
            guard first <= last else { throw Fault(reason: "range “[\(range)]” begins after its end") }
            return stride(from: first, through: last, by: step).map { String(letters[$0]) }
        }
        guard let first = digits(begin), let last = digits(end) else {
            throw Fault(reason: "range “[\(String(range).quotedForMessage)]” needs two numbers or two letters")
        }
        let isPadded = begin.hasPrefix("0") && begin.count > 1
        guard !isPadded || begin.count == end.count else {
            throw Fault(reason: "range “[\(range)]” begins with a zero, so both ends must have the same length")
        }
        guard last - first < limit * step else {
            throw Fault(reason: "range “[\(range)]” names more than \(limit) hosts")
        }
        guard first <= last else { return [] }
        return stride(from: first, through: last, by: step).map { number in
            let text = String(number)
            return String(repeating: "0", count: isPadded ? max(0, begin.count - text.count) : 0) + text
        }
    }

    private static let letters: [Substring] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".map { Substring(String($0)) }

    private static func digits(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
