internal import FleetModel

// The key spellings that are understood, plain as `PulseFields` has them; the first one that is there counts.
extension Pulse {
    init(_ fields: PulseFields) {
        isRunning = Self.state(fields)
        reputation = fields.number(["reputation", "reputationscore", "nodereputation", "score"])
        points = fields.number(["points", "totalpoints", "pointstotal", "currentpoints", "nodepoints"])
        egressBytes = Self.egress(fields)
        rank = fields.number([
            "rank", "leaderboardrank", "currentrank", "noderank", "globalrank", "leaderboardposition",
        ])
        uptimePercent = Self.uptime(fields)
        ports = Self.ports(fields)
    }

    private static func state(_ fields: PulseFields) -> Bool? {
        let keys = [
            "nodestatus", "servicestatus", "status", "state", "running", "isrunning", "online", "isonline", "active",
            "up",
        ]
        for key in keys {
            switch fields.first([key]) {
            case .bool(let flag): return flag
            case .string(let word): if let state = isUp(word) { return state }
            case .object(let members):
                if case .bool(let flag) = members["running"] ?? members["active"] ?? members["online"] { return flag }
            default: break
            }
        }
        return nil
    }

    private static func isUp(_ text: String) -> Bool? {
        let words = text.lowercased().split { !$0.isLetter }
        for word in words {
            switch word {
            case "not", "stopped", "inactive", "offline", "down", "dead", "failed", "error", "no", "false", "unhealthy":
                return false
            case "running", "active", "online", "up", "healthy", "ok", "yes", "true", "started", "connected":
                return true
            default: continue
            }
        }
        return nil
    }

    private static func egress(_ fields: PulseFields) -> Double? {
        let keys = [
            "egressbytes", "totalegressbytes", "egress", "totalegress", "egresstotal", "dataegress", "dataserved",
            "bytesserved", "egressdata",
        ]
        for key in keys {
            guard let value = fields.first([key]) else { continue }
            if case .object(let members) = value {
                let inner = PulseFields(.object(members))
                if let bytes = inner.first(["bytes", "total", "value"]).flatMap(bytes(of:)) { return bytes }
            } else if let bytes = bytes(of: value) {
                return bytes
            }
        }
        for (suffix, factor) in [("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12)] {
            if let number = fields.number(["egress" + suffix, "totalegress" + suffix]) { return number * factor }
        }
        return nil
    }

    private static func bytes(of value: JSONValue) -> Double? {
        if case .string(let text) = value { return Quantity(text)?.bytes }
        return PulseFields.number(value)
    }

    private static func uptime(_ fields: PulseFields) -> Double? {
        let said = fields.number(["uptimepercent", "uptimepercentage", "uptimepct", "uptimescore", "availability"])
        // A bare `uptime` may be seconds or days: only a percent sign makes it ours.
        let marked = fields.first(["uptime"])?.string.flatMap { $0.contains("%") ? Quantity($0)?.number : nil }
        return (said ?? marked).flatMap { (0...100).contains($0) ? $0 : nil }
    }

    private static func ports(_ fields: PulseFields) -> [Int: Bool] {
        var ports: [Int: Bool] = [:]
        for key in ["ports", "portstatus", "openports"] {
            switch fields.first([key]) {
            case .object(let members):
                for (name, value) in members { put(PulseFields.plain(name), isOpen(value), into: &ports) }
            case .array(let elements): for element in elements.prefix(1000) { put(element, into: &ports) }
            default: continue
            }
        }
        // `port_80: open`, in the document and in the text.
        for (key, value) in fields.values where key.hasPrefix("port") { put(key, isOpen(value), into: &ports) }
        return ports
    }

    private static func put(_ element: JSONValue, into ports: inout [Int: Bool]) {
        if case .object(let members) = element {
            let inner = PulseFields(.object(members))
            guard let number = inner.number(["port", "number"]) else { return }
            put(
                String(Int(exactly: number) ?? 0),
                inner.first(["open", "isopen", "status", "state"]).flatMap(isOpen),
                into: &ports
            )
        } else if let text = element.scalarText {
            put(text, true, into: &ports)
        }
    }

    private static func put(_ name: String, _ isOpen: Bool?, into ports: inout [Int: Bool]) {
        let digits = name.hasPrefix("port") ? String(name.dropFirst(4)) : name
        guard let isOpen, let port = Int(digits), (1...65_535).contains(port), ports.count < 100 else { return }
        if ports[port] == nil { ports[port] = isOpen }
    }

    private static func isOpen(_ value: JSONValue) -> Bool? {
        switch value {
        case .bool(let flag): return flag
        case .string(let word):
            let word = word.lowercased()
            if ["open", "opened", "listening", "ok", "up", "true", "yes", "reachable"].contains(word) { return true }
            return ["closed", "filtered", "down", "false", "no", "blocked", "unreachable"].contains(word) ? false : nil
        case .object(let members): return (members["open"] ?? members["status"]).flatMap(isOpen)
        case .null, .int, .double, .array: return nil
        }
    }
}
