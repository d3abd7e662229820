internal import FleetModel
package import GoTemplate

/// Writes notices as the services want them. Pure: secrets are handed in by who may read files.
package struct MessageComposer: Sendable {
    package typealias SecretReader = @Sendable (SecretSource) throws(MessageError) -> String

    let templates: GoTemplate
    let externalURL: String
    let secret: SecretReader
    /// The SHA-256 of a text in hex: the key by which PagerDuty knows an incident.
    let digest: @Sendable (String) -> String

    /// - `templates`: the defaults and the user's, with the functions of `AlertFunctions` for this moment.
    package init(
        templates: GoTemplate,
        externalURL: String,
        secret: @escaping SecretReader,
        digest: @escaping @Sendable (String) -> String
    ) {
        self.templates = templates
        self.externalURL = externalURL
        self.secret = secret
        self.digest = digest
    }

    /// - Throws: `MessageError` where a template fails or a secret cannot be read.
    package func message(
        _ notice: Notice,
        _ settings: IntegrationSettings
    ) throws(MessageError) -> OutgoingMessage? {
        let writing = MessageWriting(composer: self, notice: notice, data: AlertData(notice, externalURL: externalURL))
        return switch settings {
        case .webhook(let settings): try webhook(notice, settings)
        case .slack(let settings): try writing.slack(settings)
        case .telegram(let settings): try writing.telegram(settings)
        case .discord(let settings): try writing.discord(settings)
        case .pagerduty(let settings): try writing.pagerduty(settings)
        case .pushover(let settings): try writing.pushover(settings)
        case .ntfy(let settings): try writing.ntfy(settings)
        // Mail goes by another carrier.
        case .email: nil
        }
    }

    func secrets(_ sources: [SecretSource]) throws(MessageError) -> [String] {
        var texts: [String] = []
        for source in sources { texts.append(try secret(source).trimmingSpace) }
        return texts
    }

    private func webhook(_ notice: Notice, _ settings: WebhookSettings) throws(MessageError) -> OutgoingMessage {
        var notice = notice
        if settings.maxAlerts > 0, notice.alerts.count > settings.maxAlerts {
            notice.truncated += notice.alerts.count - settings.maxAlerts
            notice.alerts = Array(notice.alerts.prefix(settings.maxAlerts))
        }
        let data = AlertData(notice, externalURL: externalURL)
        let writing = MessageWriting(composer: self, notice: notice, data: data)
        let url = try secret(settings.url).trimmingSpace
        let address = url.contains("{{") ? try writing.render(url, "url") : url
        return try writing.post(
            to: address,
            WebhookPayload.value(data, notice),
            secrets: [url, address],
            http: settings.http,
            timeout: settings.timeout
        )
    }
}

/// Alertmanager's webhook payload, version 4.
enum WebhookPayload {
    static func value(_ data: AlertData, _ notice: Notice) -> JSONValue {
        var members: [String: JSONValue] = [
            "version": "4",
            "groupKey": .string(notice.groupKey),
            "truncatedAlerts": .int(Int64(notice.truncated)),
            "receiver": .string(data.receiver),
            "status": .string(data.status),
            "alerts": .array(data.alerts.map(alert)),
            "groupLabels": texts(data.groupLabels),
            "commonLabels": texts(data.commonLabels),
            "commonAnnotations": texts(data.commonAnnotations),
            "externalURL": .string(data.externalURL),
        ]
        if !data.reason.isEmpty { members["notification_reason"] = .string(data.reason) }
        return .object(members)
    }

    static func alert(_ alert: AlertData.Entry) -> JSONValue {
        .object([
            "status": .string(alert.isResolved ? "resolved" : "firing"),
            "labels": texts(alert.labels),
            "annotations": texts(alert.annotations),
            "startsAt": time(alert.startsAt),
            "endsAt": time(alert.endsAt),
            "generatorURL": .string(alert.generatorURL),
            "fingerprint": .string(alert.fingerprint),
        ])
    }

    private static func time(_ time: GoTime) -> JSONValue {
        .string(time.formatted("2006-01-02T15:04:05.999999999Z07:00"))
    }

    private static func texts(_ texts: [String: String]) -> JSONValue { .object(texts.mapValues(JSONValue.string)) }
}

extension String {
    /// Without the line feed that files end with.
    var trimmingSpace: String {
        let head = drop { $0.isWhitespace }
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }
}
