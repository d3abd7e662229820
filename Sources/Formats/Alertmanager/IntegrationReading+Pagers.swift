internal import Alerting
internal import FleetModel

extension IntegrationReading {
    func pagerduty(_ reader: FieldReading) -> IntegrationSettings? {
        for key in ["service_key", "service_key_file"] where reader.fields[key] != nil {
            reader.mistakes.add(
                "\(key) is of PagerDuty's first API: make an integration of the Events API v2 and write routing_key",
                at: reader.fields.mark(key)
            )
            return nil
        }
        guard let key = reader.secret("routing_key") else { return nil }
        var pager = PagerDutySettings(routingKey: key)
        pager.url = reader.text("url", global.text("pagerduty_url") ?? pager.url)
        reader.set(&pager.client, "client")
        reader.set(&pager.clientURL, "client_url")
        reader.set(&pager.description, "description")
        reader.set(&pager.severity, "severity")
        reader.set(&pager.source, "source")
        reader.set(&pager.className, "class")
        reader.set(&pager.component, "component")
        reader.set(&pager.group, "group")
        pager.details.merge(reader.texts("details")) { $1 }
        pager.images = things("images", ["src", "alt", "href"], reader)
        pager.links = things("links", ["href", "text"], reader)
        pager.timeout = reader.timeout
        pager.http = reader.http(global.http)
        return .pagerduty(pager)
    }

    private func things(_ key: String, _ keys: Set<String>, _ reader: FieldReading) -> [[String: String]] {
        (reader.fields.list(key) ?? []).compactMap { node in
            guard let fields = KnownMapping(node, key, keys: keys, reader.mistakes) else { return nil }
            var members: [String: String] = [:]
            for key in keys { members[key] = fields.text(key) }
            return members
        }
    }

    func pushover(_ reader: FieldReading) -> IntegrationSettings? {
        let (user, token) = (reader.secret("user_key"), reader.secret("token"))
        guard let user, let token else { return nil }
        var pushover = PushoverSettings(userKey: user, token: token)
        reader.set(&pushover.apiURL, "api_url")
        reader.set(&pushover.title, "title")
        reader.set(&pushover.message, "message")
        reader.set(&pushover.url, "url")
        reader.set(&pushover.urlTitle, "url_title")
        reader.set(&pushover.device, "device")
        reader.set(&pushover.sound, "sound")
        reader.set(&pushover.priority, "priority")
        pushover.retry = reader.fields.duration("retry") ?? pushover.retry
        pushover.expire = reader.fields.duration("expire") ?? pushover.expire
        pushover.lifetime = reader.fields.duration("ttl")
        pushover.isHTML = reader.fields.flag("html") ?? false
        pushover.isMonospace = reader.fields.flag("monospace") ?? false
        if pushover.isHTML, pushover.isMonospace {
            reader.mistakes.add("pushover_configs is html or monospace, not both", at: reader.fields.mark("monospace"))
        }
        pushover.http = reader.http(global.http)
        return .pushover(pushover)
    }

    func ntfy(_ reader: FieldReading) -> IntegrationSettings? {
        guard let topic = reader.secret("topic") else { return nil }
        var ntfy = NtfySettings(topic: topic)
        reader.set(&ntfy.url, "url")
        ntfy.token = reader.secret("token", isNeeded: false)
        reader.set(&ntfy.title, "title")
        reader.set(&ntfy.message, "message")
        reader.set(&ntfy.priority, "priority")
        reader.set(&ntfy.tags, "tags")
        reader.set(&ntfy.click, "click")
        ntfy.http = reader.http(global.http)
        return .ntfy(ntfy)
    }

    func email(_ reader: FieldReading) -> IntegrationSettings? {
        let to = reader.fields.text("to")
        let from = reader.fields.text("from") ?? global.text("smtp_from")
        let host = reader.fields.text("smarthost") ?? global.text("smtp_smarthost")
        for (value, key, other) in [(to, "to", ""), (from, "from", "smtp_from"), (host, "smarthost", "smtp_smarthost")]
        where value?.isEmpty != false {
            let also = other.isEmpty ? "" : " (or \(other) in global)"
            reader.mistakes.add("email_configs needs \(key)\(also)", at: reader.fields.mark)
        }
        guard let to, let from, let host, !host.isEmpty else { return nil }
        guard let (name, port) = Self.hostAndPort(host) else {
            let mark = reader.fields["smarthost"]?.mark ?? reader.fields.mark
            reader.mistakes.add("smarthost is HOST:PORT, not “\(host.quotedForMessage)”", at: mark)
            return nil
        }
        var email = EmailSettings(to: to, from: from, host: name, port: port)
        email.hello = reader.text("hello", global.text("smtp_hello") ?? email.hello)
        email.username = reader.text("auth_username", global.text("smtp_auth_username") ?? "")
        email.identity = reader.text("auth_identity", global.text("smtp_auth_identity") ?? "")
        email.password = reader.secret("auth_password", or: global.secret("smtp_auth_password"), isNeeded: false)
        if reader.secret("auth_secret", or: global.secret("smtp_auth_secret"), isNeeded: false) != nil {
            let mark = reader.fields["auth_secret"] == nil ? reader.fields.mark : reader.fields.mark("auth_secret")
            reader.mistakes.add("auth_secret (CRAM-MD5) is not supported: write auth_password", at: mark)
        }
        email.headers = reader.texts("headers")
        reader.set(&email.html, "html")
        reader.set(&email.text, "text")
        email.requiresTLS = reader.fields.flag("require_tls") ?? global.flag("smtp_require_tls") ?? true
        email.isImplicitTLS = reader.fields.flag("force_implicit_tls") ?? global.flag("smtp_force_implicit_tls")
        let tls = reader.fields["tls_config"] ?? global.fields?["smtp_tls_config"]
        if let tls = tls.flatMap(HTTPConfigReading(mistakes: reader.mistakes).tls) { email.tls = tls }
        return .email(email)
    }

    /// `mail.example:587`, `[::1]:25`
    private static func hostAndPort(_ text: String) -> (String, Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
        return (host, port)
    }
}
