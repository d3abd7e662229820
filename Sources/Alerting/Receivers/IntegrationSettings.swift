package import FleetModel

/// What one kind of integration is told. Texts are templates; secrets are never shown.
package enum IntegrationSettings: Hashable, Sendable {
    case webhook(WebhookSettings)
    case slack(SlackSettings)
    case email(EmailSettings)
    case telegram(TelegramSettings)
    case discord(DiscordSettings)
    case pagerduty(PagerDutySettings)
    case pushover(PushoverSettings)
    case ntfy(NtfySettings)
}

/// Where a secret is: in the settings themselves, or in a file that is read each time it is needed.
package enum SecretSource: Hashable, Sendable {
    case value(Secret)
    case file(String)
}

/// `http_config`: how far sides are talked to.
package struct HTTPSettings: Hashable, Sendable {
    package var login: Login?
    /// `Bearer` and its kin, with the token.
    package var authorization: Authorization?
    /// May hold a password.
    package var proxy: Secret?
    package var headers: [Header] = []
    package var tls = TLSSettings()

    package init() {}

    /// `basic_auth`
    package struct Login: Hashable, Sendable {
        package var name: String
        package var password: SecretSource

        package init(name: String, password: SecretSource) {
            self.name = name
            self.password = password
        }
    }

    package struct Authorization: Hashable, Sendable {
        package var scheme: String
        package var credentials: SecretSource

        package init(scheme: String, credentials: SecretSource) {
            self.scheme = scheme
            self.credentials = credentials
        }
    }

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: SecretSource

        package init(name: String, value: SecretSource) {
            self.name = name
            self.value = value
        }
    }
}

/// `tls_config`
package struct TLSSettings: Hashable, Sendable {
    /// PEM; empty for the system's authorities.
    package var authorityFile = ""
    package var certificateFile = ""
    package var keyFile = ""
    package var serverName = ""
    /// True where any certificate will do.
    package var isUnverified = false

    package init() {}
}

/// `webhook_configs`: the notice as Alertmanager's JSON, version 4.
package struct WebhookSettings: Hashable, Sendable {
    /// A template too; may hold a token.
    package var url: SecretSource
    /// The most alerts in one message, 0 for all.
    package var maxAlerts: Int
    /// The deadline of one try; nil for the house's own.
    package var timeout: Duration?
    package var http: HTTPSettings

    package init(
        url: SecretSource,
        maxAlerts: Int = 0,
        timeout: Duration? = nil,
        http: HTTPSettings = HTTPSettings()
    ) {
        self.url = url
        self.maxAlerts = maxAlerts
        self.timeout = timeout
        self.http = http
    }

    package init(url: Secret, maxAlerts: Int = 0) {
        self.init(url: .value(url), maxAlerts: maxAlerts)
    }
}
