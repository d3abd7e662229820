internal import Alerting
internal import FleetModel

extension IntegrationReading {
    func webhook(_ reader: FieldReading) -> IntegrationSettings? {
        guard let url = reader.address("url") else { return nil }
        let most = reader.number("max_alerts") ?? 0
        if most < 0 {
            reader.mistakes.add(
                "max_alerts is a number from 0",
                at: reader.fields["max_alerts"]?.mark ?? reader.fields.mark
            )
        }
        return .webhook(
            WebhookSettings(
                url: url,
                maxAlerts: Int(clamping: max(0, most)),
                timeout: reader.timeout,
                http: reader.http(global.http)
            )
        )
    }

    func slack(_ reader: FieldReading) -> IntegrationSettings? {
        let app = reader.secret("app_token", or: global.secret("slack_app_token"), isNeeded: false)
        var url =
            reader.fields["api_url"] == nil && reader.fields["api_url_file"] == nil ? nil : reader.address("api_url")
        if url == nil {
            let appURL = reader.fields.text("app_url") ?? global.text("slack_app_url")
            url =
                app == nil
                ? reader.address("api_url", or: global.secret("slack_api_url"))
                : .value(Secret(appURL ?? "https://slack.com/api/chat.postMessage"))
        }
        guard let url else { return nil }
        var slack = SlackSettings(url: url)
        slack.appToken = app
        if app != nil, reader.fields["channel"] == nil {
            reader.mistakes.add("slack_configs with app_token needs channel", at: reader.fields.mark)
        }
        texts(of: &slack, reader)
        slack.linkNames = reader.fields.flag("link_names") ?? false
        slack.shortFields = reader.fields.flag("short_fields") ?? false
        if let words = reader.fields.texts("mrkdwn_in") { slack.markdownIn = words }
        slack.fields = (reader.fields.list("fields") ?? []).compactMap { field($0, reader.mistakes) }
        slack.actions = (reader.fields.list("actions") ?? []).compactMap { action($0, reader.mistakes) }
        slack.timeout = reader.timeout
        slack.http = reader.http(global.http)
        return .slack(slack)
    }

    private func texts(of slack: inout SlackSettings, _ reader: FieldReading) {
        reader.set(&slack.channel, "channel")
        reader.set(&slack.username, "username")
        reader.set(&slack.color, "color")
        reader.set(&slack.title, "title")
        reader.set(&slack.titleLink, "title_link")
        reader.set(&slack.pretext, "pretext")
        reader.set(&slack.text, "text")
        reader.set(&slack.fallback, "fallback")
        reader.set(&slack.callbackID, "callback_id")
        reader.set(&slack.footer, "footer")
        reader.set(&slack.iconEmoji, "icon_emoji")
        reader.set(&slack.iconURL, "icon_url")
        reader.set(&slack.imageURL, "image_url")
        reader.set(&slack.thumbURL, "thumb_url")
        reader.set(&slack.messageText, "message_text")
    }

    private func field(_ node: YAMLNode, _ mistakes: MistakeList) -> SlackSettings.Field? {
        guard let fields = KnownMapping(node, "a field", keys: ["title", "value", "short"], mistakes) else {
            return nil
        }
        guard let title = fields.text("title"), let value = fields.text("value") else {
            mistakes.add("a field of slack_configs needs title and value", at: node.mark)
            return nil
        }
        return SlackSettings.Field(title: title, value: value, short: fields.flag("short"))
    }

    private func action(_ node: YAMLNode, _ mistakes: MistakeList) -> SlackSettings.Action? {
        let keys: Set = ["type", "text", "url", "style", "name", "value", "confirm"]
        guard let fields = KnownMapping(node, "an action", keys: keys, mistakes) else { return nil }
        var members: [String: String] = [:]
        for key in keys where key != "confirm" { members[key] = fields.text(key) }
        guard members["type"] != nil, members["text"] != nil, members["url"] != nil || members["name"] != nil else {
            mistakes.add("an action of slack_configs needs type, text, and url or name", at: node.mark)
            return nil
        }
        var confirmation: [String: String] = [:]
        let words: Set = ["text", "title", "ok_text", "dismiss_text"]
        if let inner = fields["confirm"], let asked = KnownMapping(inner, "confirm", keys: words, mistakes) {
            for key in words { confirmation[key] = asked.text(key) }
        }
        return SlackSettings.Action(members: members, confirmation: confirmation)
    }

    func telegram(_ reader: FieldReading) -> IntegrationSettings? {
        let token = reader.secret("bot_token", or: global.secret("telegram_bot_token"))
        let chat = reader.secret("chat_id")
        guard let token, let chat else { return nil }
        _ = reader.number("chat_id")
        var telegram = TelegramSettings(token: token, chat: chat)
        telegram.apiURL = reader.text("api_url", global.text("telegram_api_url") ?? telegram.apiURL)
        telegram.thread = reader.number("message_thread_id")
        reader.set(&telegram.message, "message")
        reader.set(&telegram.parseMode, "parse_mode")
        if !["", "HTML", "Markdown", "MarkdownV2"].contains(telegram.parseMode) {
            let mark = reader.fields["parse_mode"]?.mark ?? reader.fields.mark
            reader.mistakes.add("parse_mode is HTML, Markdown, MarkdownV2 or empty", at: mark)
        }
        telegram.isSilent = reader.fields.flag("disable_notifications") ?? false
        telegram.http = reader.http(global.http)
        return .telegram(telegram)
    }

    func discord(_ reader: FieldReading) -> IntegrationSettings? {
        guard let url = reader.address("webhook_url") else { return nil }
        var discord = DiscordSettings(url: url)
        reader.set(&discord.title, "title")
        reader.set(&discord.message, "message")
        reader.set(&discord.content, "content")
        reader.set(&discord.username, "username")
        reader.set(&discord.avatarURL, "avatar_url")
        discord.http = reader.http(global.http)
        return .discord(discord)
    }
}
