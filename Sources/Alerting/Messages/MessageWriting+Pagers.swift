internal import FleetModel

extension MessageWriting {
    func pagerduty(_ settings: PagerDutySettings) throws(MessageError) -> OutgoingMessage {
        let key = try composer.secrets([settings.routingKey])[0]
        let client = try render(settings.client, "client")
        var payload: [String: JSONValue] = [
            "summary": .string(CutText.text(try render(settings.description, "description"), limit: 1024)),
            "source": .string(settings.source.isEmpty ? client : try render(settings.source, "source")),
            "severity": .string(settings.severity.isEmpty ? "error" : try render(settings.severity, "severity")),
        ]
        try add(settings.className, as: "class", to: &payload)
        try add(settings.component, as: "component", to: &payload)
        try add(settings.group, as: "group", to: &payload)
        payload["custom_details"] = .object(try details(settings.details))
        var body: [String: JSONValue] = [
            "routing_key": .string(key),
            "dedup_key": .string(composer.digest(notice.groupKey)),
            "event_action": .string(data.status == "firing" ? "trigger" : "resolve"),
            "payload": .object(payload),
        ]
        if !client.isEmpty { body["client"] = .string(client) }
        try add(settings.clientURL, as: "client_url", to: &body)
        let images = try things(settings.images)
        if !images.isEmpty { body["images"] = .array(images) }
        let links = try things(settings.links)
        if !links.isEmpty { body["links"] = .array(links) }
        if JSONValue.object(body).text().utf8.count > 500_000 {
            payload["custom_details"] = .object([
                "error": "the details are left out: with them the event is larger than PagerDuty takes"
            ])
            body["payload"] = .object(payload)
        }
        return try post(
            to: settings.url,
            .object(body),
            secrets: [key],
            http: settings.http,
            timeout: settings.timeout
        )
    }

    /// A value that is JSON is sent as what it is.
    private func details(_ details: [String: String]) throws(MessageError) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for (name, text) in details {
            let text = try render(text, "details")
            values[name] = (try? JSONReading.parse(Array(text.utf8))) ?? .string(text)
        }
        return values
    }

    private func things(_ things: [[String: String]]) throws(MessageError) -> [JSONValue] {
        var values: [JSONValue] = []
        for thing in things {
            var members: [String: JSONValue] = [:]
            for (name, text) in thing { try add(text, as: name, to: &members) }
            if members["href"] != nil || members["src"] != nil { values.append(.object(members)) }
        }
        return values
    }

    /// As a form, which is what Pushover's API is made for.
    func pushover(_ settings: PushoverSettings) throws(MessageError) -> OutgoingMessage {
        let (user, token) = (try composer.secrets([settings.userKey])[0], try composer.secrets([settings.token])[0])
        var text = try render(settings.message, "message", html: settings.isHTML)
        text = settings.isHTML ? CutText.html(text, limit: 1024) : CutText.text(text, limit: 1024)
        var form = [
            ("token", token), ("user", user),
            ("title", CutText.text(try render(settings.title, "title"), limit: 250)),
            ("message", text.trimmingSpace.isEmpty ? "(no details)" : text),
            ("url", CutText.text(try render(settings.url, "url"), limit: 512)),
            ("url_title", CutText.text(try render(settings.urlTitle, "url_title"), limit: 100)),
            ("device", try render(settings.device, "device")), ("sound", try render(settings.sound, "sound")),
        ]
        let priority = try render(settings.priority, "priority").trimmingSpace
        form.append(("priority", priority))
        if priority == "2" {
            form.append(("retry", String(settings.retry.components.seconds)))
            form.append(("expire", String(settings.expire.components.seconds)))
        }
        if let lifetime = settings.lifetime { form.append(("ttl", String(lifetime.components.seconds))) }
        if settings.isHTML { form.append(("html", "1")) }
        if settings.isMonospace { form.append(("monospace", "1")) }
        var message = try post(
            to: settings.apiURL,
            .null,
            secrets: [user, token],
            http: settings.http
        )
        message.headers[0] = ("content-type", Secret("application/x-www-form-urlencoded"))
        let pairs = form.filter { !$0.1.isEmpty }.map { "\($0.0)=\(GoQuery.escaped($0.1))" }
        message.body = Array(pairs.joined(separator: "&").utf8)
        return message
    }
}
