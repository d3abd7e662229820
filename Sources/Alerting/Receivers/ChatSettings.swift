internal import FleetModel

/// `slack_configs`: one attachment at an incoming webhook, or at the API with an app's token.
package struct SlackSettings: Hashable, Sendable {
    package var url: SecretSource
    /// With it the message goes to `chat.postMessage`, and `url` is that address.
    package var appToken: SecretSource?
    package var channel = ""
    package var username = #"{{ template "slack.default.username" . }}"#
    package var color = #"{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}"#
    package var title = #"{{ template "slack.default.title" . }}"#
    package var titleLink = #"{{ template "slack.default.titlelink" . }}"#
    package var pretext = #"{{ template "slack.default.pretext" . }}"#
    package var text = #"{{ template "slack.default.text" . }}"#
    package var fallback = #"{{ template "slack.default.fallback" . }}"#
    package var callbackID = #"{{ template "slack.default.callbackid" . }}"#
    package var footer = #"{{ template "slack.default.footer" . }}"#
    package var iconEmoji = #"{{ template "slack.default.iconemoji" . }}"#
    package var iconURL = #"{{ template "slack.default.iconurl" . }}"#
    package var messageText = ""
    package var imageURL = ""
    package var thumbURL = ""
    package var linkNames = false
    package var shortFields = false
    package var markdownIn = ["fallback", "pretext", "text"]
    package var fields: [Field] = []
    package var actions: [Action] = []
    package var timeout: Duration?
    package var http = HTTPSettings()

    package init(url: SecretSource) { self.url = url }

    package struct Field: Hashable, Sendable {
        package var title: String
        package var value: String
        package var short: Bool?

        package init(title: String, value: String, short: Bool?) {
            self.title = title
            self.value = value
            self.short = short
        }
    }

    /// A button; each member is a template, by its name in Slack's JSON.
    package struct Action: Hashable, Sendable {
        package var members: [String: String]
        /// Asks before it acts.
        package var confirmation: [String: String]

        package init(members: [String: String], confirmation: [String: String]) {
            self.members = members
            self.confirmation = confirmation
        }
    }
}

/// `telegram_configs`
package struct TelegramSettings: Hashable, Sendable {
    package var apiURL = "https://api.telegram.org"
    package var token: SecretSource
    package var chat: SecretSource
    package var thread: Int64?
    package var message = #"{{ template "telegram.default.message" . }}"#
    package var isSilent = false
    /// `HTML`, `MarkdownV2`, `Markdown` or empty.
    package var parseMode = "HTML"
    package var http = HTTPSettings()

    package init(token: SecretSource, chat: SecretSource) {
        self.token = token
        self.chat = chat
    }
}

/// `discord_configs`
package struct DiscordSettings: Hashable, Sendable {
    package var url: SecretSource
    package var title = #"{{ template "discord.default.title" . }}"#
    package var message = #"{{ template "discord.default.message" . }}"#
    package var content = #"{{ template "discord.default.content" . }}"#
    package var username = ""
    package var avatarURL = ""
    package var http = HTTPSettings()

    package init(url: SecretSource) { self.url = url }
}
