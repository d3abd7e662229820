internal import Alerting
internal import FleetModel

/// The elements of `webhook_configs`, `slack_configs`, … with what they take over from `global`.
struct IntegrationReading {
    let global: IntegrationGlobals

    init(global: YAMLNode?, _ mistakes: MistakeList) {
        self.global = IntegrationGlobals(global, mistakes)
    }

    /// The kinds that can be sent with.
    static let kinds: Set = ["webhook", "slack", "email", "telegram", "discord", "pagerduty", "pushover", "ntfy"]

    /// One element of `KIND_configs`; nil where it is wrong, which is noted.
    func integration(_ kind: String, _ index: Int, _ node: YAMLNode, _ mistakes: MistakeList) -> Integration? {
        guard let keys = Self.keys[kind] else {
            mistakes.add("\(kind)_configs are not supported", at: node.mark)
            return nil
        }
        let shared: Set = kind == "email" ? ["send_resolved"] : ["send_resolved", "http_config"]
        let what = kind + "_configs"
        guard let fields = KnownMapping(node, what, keys: keys.union(shared), mistakes) else { return nil }
        let reader = FieldReading(what: what, fields: fields, mistakes: mistakes)
        guard let settings = settings(kind, reader) else { return nil }
        // Other than Alertmanager for Slack and mail: whoever was told of a fire is told of its end.
        return Integration(
            kind: kind,
            index: index,
            sendsResolved: fields.flag("send_resolved") ?? true,
            settings: settings
        )
    }

    private func settings(_ kind: String, _ reader: FieldReading) -> IntegrationSettings? {
        switch kind {
        case "webhook": webhook(reader)
        case "slack": slack(reader)
        case "email": email(reader)
        case "telegram": telegram(reader)
        case "discord": discord(reader)
        case "pagerduty": pagerduty(reader)
        case "pushover": pushover(reader)
        default: ntfy(reader)
        }
    }

    private static let keys: [String: Set<String>] = [
        "webhook": ["url", "url_file", "max_alerts", "timeout"],
        "slack": [
            "api_url", "api_url_file", "app_token", "app_token_file", "app_url", "channel", "username", "color",
            "title", "title_link", "pretext", "text", "fields", "short_fields", "footer", "fallback", "callback_id",
            "icon_emoji", "icon_url", "image_url", "thumb_url", "link_names", "mrkdwn_in", "actions", "timeout",
            "message_text",
        ],
        "email": [
            "to", "from", "hello", "smarthost", "auth_username", "auth_password", "auth_password_file", "auth_secret",
            "auth_secret_file", "auth_identity", "headers", "html", "text", "require_tls", "tls_config",
            "force_implicit_tls",
        ],
        "telegram": [
            "api_url", "bot_token", "bot_token_file", "chat_id", "chat_id_file", "message_thread_id", "message",
            "disable_notifications", "parse_mode",
        ],
        "discord": ["webhook_url", "webhook_url_file", "title", "message", "content", "username", "avatar_url"],
        "pagerduty": [
            "service_key", "service_key_file", "routing_key", "routing_key_file", "url", "client", "client_url",
            "description", "severity", "source", "class", "component", "group", "details", "images", "links", "timeout",
        ],
        "pushover": [
            "user_key", "user_key_file", "token", "token_file", "title", "message", "url", "url_title", "device",
            "sound", "priority", "retry", "expire", "ttl", "html", "monospace", "api_url",
        ],
        "ntfy": [
            "url", "topic", "topic_file", "token", "token_file", "title", "message", "priority", "tags", "click",
        ],
    ]
}

/// What `global` hands down.
struct IntegrationGlobals {
    let fields: KnownMapping?
    let mistakes: MistakeList

    init(_ node: YAMLNode?, _ mistakes: MistakeList) {
        // Whoever reads the file's other parts reads `global` too and notes its unknown fields.
        fields = node.flatMap { KnownMapping($0, "global", keys: AlertmanagerReading.globalKeys, MistakeList()) }
        self.mistakes = mistakes
    }

    func text(_ key: String) -> String? { fields?.text(key) }

    func flag(_ key: String) -> Bool? { fields?.flag(key) }

    func secret(_ key: String) -> SecretSource? {
        if let text = fields?.text(key) { return .value(Secret(text)) }
        return fields?.text(key + "_file").map(SecretSource.file)
    }

    var http: HTTPSettings {
        fields?["http_config"].flatMap { HTTPConfigReading(mistakes: mistakes).read($0) } ?? HTTPSettings()
    }
}

/// The fields of one element.
struct FieldReading {
    let what: String
    let fields: KnownMapping
    let mistakes: MistakeList

    func text(_ key: String, _ standard: String) -> String { fields.text(key) ?? standard }

    func set(_ target: inout String, _ key: String) { if let text = fields.text(key) { target = text } }

    /// `key` or `key_file`, not both.
    func secret(_ key: String, or inherited: SecretSource? = nil, isNeeded: Bool = true) -> SecretSource? {
        let file = key + "_file"
        if fields[key] != nil, fields[file] != nil {
            mistakes.add("\(what) has \(key) and \(file): one of them is enough", at: fields.mark(file))
        }
        if let text = fields.text(key), !text.isEmpty { return .value(Secret(text)) }
        if let path = fields.text(file), !path.isEmpty { return .file(path) }
        if let inherited { return inherited }
        if isNeeded { mistakes.add("\(what) needs \(key) or \(file)", at: fields.mark) }
        return nil
    }

    /// As `secret`, and what is written there must look like an address of the web.
    func address(_ key: String, or inherited: SecretSource? = nil) -> SecretSource? {
        let found = secret(key, or: inherited)
        if case .value(let secret)? = found, fields[key] != nil, !Self.isAddress(secret) {
            mistakes.add("\(key) begins with http:// or https://", at: fields[key]?.mark ?? fields.mark)
        }
        return found
    }

    private static func isAddress(_ secret: Secret) -> Bool {
        secret.withBytes { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return text.hasPrefix("http://") || text.hasPrefix("https://") || text.hasPrefix("{{")
        }
    }

    func number(_ key: String) -> Int64? {
        guard let node = fields[key], let text = fields.text(key) else { return nil }
        guard let number = Int64(text) else {
            mistakes.add("\(key) is a whole number, not “\(text.quotedForMessage)”", at: node.mark)
            return nil
        }
        return number
    }

    /// Texts by name, such as headers.
    func texts(_ key: String) -> [String: String] {
        Dictionary(fields.pairs(key).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    var timeout: Duration? {
        fields.duration("timeout").flatMap { $0 > .zero ? $0 : nil }
    }

    func http(_ inherited: HTTPSettings) -> HTTPSettings {
        fields["http_config"].flatMap { HTTPConfigReading(mistakes: mistakes).read($0) } ?? inherited
    }
}
