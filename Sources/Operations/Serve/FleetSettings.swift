import FleetModel

/// What `flotilla.yml` says. Everything has a default, so that no file is needed.
package struct FleetSettings: Hashable, Sendable {
    /// Between two polls of a node, where the call does not say.
    package var interval: Duration
    /// How long samples are kept, and how large their file may become.
    package var retention: RetentionLimits
    package var hostKeys: HostKeyPolicy
    /// Where the HTTP API is served, where the call does not say.
    package var listen: Listening

    package init(
        interval: Duration = .seconds(15),
        retention: RetentionLimits = RetentionLimits(raw: .seconds(7 * 86_400)),
        hostKeys: HostKeyPolicy = .pinFirst,
        listen: Listening = .at(.standard)
    ) {
        self.interval = interval
        self.retention = retention
        self.hostKeys = hostKeys
        self.listen = listen
    }
}

/// Everything that is wrong with a configuration file: it is refused whole.
package struct SettingsErrors: Explained, Hashable {
    /// `file:line:column: what is wrong`, in the order of the file.
    package let mistakes: [String]

    package init(_ mistakes: [String]) {
        self.mistakes = mistakes
    }

    package var code: String { "usage.bad_settings" }
    package var problem: String { mistakes.joined(separator: "\n") }
    package var advice: String? { "nothing of the file was used; known keys: host_keys, interval, listen, retention" }
}

extension Duration {
    /// A span as operators type it: `250ms`, `30s`, `5m`, `2h`, `7d`, or a bare number of seconds; nil for anything else.
    package init?(span text: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number.isFinite, number < 1e9 else { return nil }
        let milliseconds: Double
        switch text.dropFirst(digits.count) {
        case "ms": milliseconds = 1
        case "", "s": milliseconds = 1000
        case "m", "min": milliseconds = 60_000
        case "h": milliseconds = 3_600_000
        case "d": milliseconds = 86_400_000
        default: return nil
        }
        self = .milliseconds(Int64(number * milliseconds))
    }
}
