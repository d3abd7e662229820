internal import FleetModel

extension MessageWriting {
    func slack(_ settings: SlackSettings) throws(MessageError) -> OutgoingMessage {
        let url = try composer.secrets([settings.url])[0]
        var attachment: [String: JSONValue] = [
            "mrkdwn_in": .array(settings.markdownIn.map(JSONValue.string)),
            "text": .string(CutText.text(try render(settings.text, "text"), limit: 12_000)),
            "fallback": .string(try render(settings.fallback, "fallback")),
            "callback_id": .string(try render(settings.callbackID, "callback_id")),
            "footer": .string(try render(settings.footer, "footer")),
        ]
        try add(settings.title, as: "title", limit: 1024, to: &attachment)
        try add(settings.titleLink, as: "title_link", to: &attachment)
        try add(settings.pretext, as: "pretext", to: &attachment)
        try add(settings.color, as: "color", to: &attachment)
        try add(settings.imageURL, as: "image_url", to: &attachment)
        try add(settings.thumbURL, as: "thumb_url", to: &attachment)
        if !settings.fields.isEmpty {
            var fields: [JSONValue] = []
            for field in settings.fields {
                fields.append(
                    .object([
                        "title": .string(try render(field.title, "fields")),
                        "value": .string(try render(field.value, "fields")),
                        "short": .bool(field.short ?? settings.shortFields),
                    ])
                )
            }
            attachment["fields"] = .array(fields)
        }
        if !settings.actions.isEmpty { attachment["actions"] = .array(try actions(settings.actions)) }
        var body: [String: JSONValue] = ["attachments": .array([.object(attachment)])]
        try add(settings.channel, as: "channel", to: &body)
        try add(settings.username, as: "username", to: &body)
        try add(settings.iconEmoji, as: "icon_emoji", to: &body)
        try add(settings.iconURL, as: "icon_url", to: &body)
        try add(settings.messageText, as: "text", to: &body)
        if settings.linkNames { body["link_names"] = true }
        var http = settings.http
        if let token = settings.appToken { http.authorization = .init(scheme: "Bearer", credentials: token) }
        return try post(
            to: url,
            .object(body),
            secrets: [url],
            http: http,
            timeout: settings.timeout,
            answersInJSON: true
        )
    }

    private func actions(_ actions: [SlackSettings.Action]) throws(MessageError) -> [JSONValue] {
        var values: [JSONValue] = []
        for action in actions {
            var members: [String: JSONValue] = [:]
            for (name, text) in action.members { try add(text, as: name, to: &members) }
            var confirmation: [String: JSONValue] = [:]
            for (name, text) in action.confirmation { try add(text, as: name, to: &confirmation) }
            if !confirmation.isEmpty { members["confirm"] = .object(confirmation) }
            values.append(.object(members))
        }
        return values
    }

    func telegram(_ settings: TelegramSettings) throws(MessageError) -> OutgoingMessage {
        let (token, chat) = (try composer.secrets([settings.token])[0], try composer.secrets([settings.chat])[0])
        let isHTML = settings.parseMode == "HTML"
        let text = try render(settings.message, "message", html: isHTML)
        guard !text.trimmingSpace.isEmpty else {
            throw MessageError("empty", "message: Telegram takes no empty text")
        }
        var body: [String: JSONValue] = [
            "chat_id": .string(chat),
            "disable_web_page_preview": "true",
            "text": .string(isHTML ? CutText.html(text, limit: 4096) : CutText.text(text, limit: 4096)),
        ]
        if !settings.parseMode.isEmpty { body["parse_mode"] = .string(settings.parseMode) }
        if settings.isSilent { body["disable_notification"] = "true" }
        if let thread = settings.thread { body["message_thread_id"] = .string(String(thread)) }
        let base = settings.apiURL.hasSuffix("/") ? String(settings.apiURL.dropLast()) : settings.apiURL
        return try post(
            to: "\(base)/bot\(token)/sendMessage",
            .object(body),
            secrets: [token],
            http: settings.http,
            answersInJSON: true
        )
    }

    func discord(_ settings: DiscordSettings) throws(MessageError) -> OutgoingMessage {
        let url = try composer.secrets([settings.url])[0]
        let isFiring = data.status == "firing"
        let embed: [String: JSONValue] = [
            "title": .string(CutText.text(try render(settings.title, "title"), limit: 256)),
            "description": .string(CutText.text(try render(settings.message, "message"), limit: 4096)),
            // Red and green of Discord's own palette.
            "color": .int(isFiring ? 0x99_2D22 : 0x2E_CC71),
        ]
        var body: [String: JSONValue] = [
            "content": .string(CutText.text(try render(settings.content, "content"), limit: 2000)),
            "embeds": .array([.object(embed)]),
        ]
        try add(settings.username, as: "username", to: &body)
        try add(settings.avatarURL, as: "avatar_url", to: &body)
        return try post(to: url, .object(body), secrets: [url], http: settings.http)
    }

    func ntfy(_ settings: NtfySettings) throws(MessageError) -> OutgoingMessage {
        let topic = try composer.secrets([settings.topic])[0]
        var body: [String: JSONValue] = ["topic": .string(topic)]
        try add(settings.title, as: "title", limit: 250, to: &body)
        // 4,096 bytes; a unit of UTF-16 is at most three.
        try add(settings.message, as: "message", limit: 1365, to: &body)
        try add(settings.click, as: "click", to: &body)
        let tags = try render(settings.tags, "tags").split(separator: ",").map { String($0).trimmingSpace }
        if !tags.isEmpty { body["tags"] = .array(tags.map(JSONValue.string)) }
        let words = ["min": 1, "low": 2, "default": 3, "high": 4, "max": 5, "urgent": 5]
        let priority = try render(settings.priority, "priority").trimmingSpace
        if !priority.isEmpty {
            guard let number = words[priority] ?? Int(priority), (1...5).contains(number) else {
                throw MessageError("bad_priority", "priority is 1 to 5, not “\(priority.prefix(40))”")
            }
            body["priority"] = .int(Int64(number))
        }
        var http = settings.http
        if let token = settings.token { http.authorization = .init(scheme: "Bearer", credentials: token) }
        return try post(to: settings.url, .object(body), secrets: [topic], http: http)
    }
}
