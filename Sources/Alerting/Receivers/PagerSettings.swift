internal import FleetModel

/// `pagerduty_configs`: events of the API's version 2.
package struct PagerDutySettings: Hashable, Sendable {
    package var url = "https://events.pagerduty.com/v2/enqueue"
    package var routingKey: SecretSource
    package var client = #"{{ template "pagerduty.default.client" . }}"#
    package var clientURL = #"{{ template "pagerduty.default.clientURL" . }}"#
    package var description = #"{{ template "pagerduty.default.description" . }}"#
    package var severity = ""
    package var source = ""
    package var className = ""
    package var component = ""
    package var group = ""
    /// By name; each value is a template.
    package var details: [String: String] = standardDetails
    package var images: [[String: String]] = []
    package var links: [[String: String]] = []
    package var timeout: Duration?
    package var http = HTTPSettings()

    package init(routingKey: SecretSource) { self.routingKey = routingKey }

    package static let standardDetails = [
        "firing": #"{{ template "pagerduty.default.instances" .Alerts.Firing }}"#,
        "resolved": #"{{ template "pagerduty.default.instances" .Alerts.Resolved }}"#,
        "num_firing": "{{ .Alerts.Firing | len }}",
        "num_resolved": "{{ .Alerts.Resolved | len }}",
    ]
}

/// `pushover_configs`
package struct PushoverSettings: Hashable, Sendable {
    package var apiURL = "https://api.pushover.net/1/messages.json"
    package var userKey: SecretSource
    package var token: SecretSource
    package var title = #"{{ template "pushover.default.title" . }}"#
    package var message = #"{{ template "pushover.default.message" . }}"#
    package var url = #"{{ template "pushover.default.url" . }}"#
    package var urlTitle = ""
    package var device = ""
    package var sound = ""
    package var priority = #"{{ if eq .Status "firing" }}2{{ else }}0{{ end }}"#
    /// Seconds between two calls of an emergency, and until it gives up.
    package var retry = Duration.seconds(60)
    package var expire = Duration.seconds(3600)
    package var lifetime: Duration?
    package var isHTML = false
    package var isMonospace = false
    package var http = HTTPSettings()

    package init(userKey: SecretSource, token: SecretSource) {
        self.userKey = userKey
        self.token = token
    }
}

/// `ntfy_configs`, which only Flotilla has: a message to a topic of ntfy, as its JSON.
package struct NtfySettings: Hashable, Sendable {
    package var url = "https://ntfy.sh"
    package var topic: SecretSource
    package var token: SecretSource?
    package var title = #"{{ template "ntfy.default.title" . }}"#
    package var message = #"{{ template "ntfy.default.message" . }}"#
    /// 1 to 5, or `min`, `low`, `default`, `high`, `max`.
    package var priority = #"{{ if eq .Status "firing" }}high{{ else }}default{{ end }}"#
    /// Words split by commas.
    package var tags = #"{{ if eq .Status "firing" }}rotating_light{{ else }}white_check_mark{{ end }}"#
    package var click = "{{ .ExternalURL }}"
    package var http = HTTPSettings()

    package init(topic: SecretSource) { self.topic = topic }
}

/// `email_configs`
package struct EmailSettings: Hashable, Sendable {
    /// Addresses split by commas; a template.
    package var to: String
    package var from: String
    package var host: String
    package var port: Int
    package var hello = "localhost"
    package var username = ""
    package var password: SecretSource?
    package var identity = ""
    /// By name; each value is a template.
    package var headers: [String: String] = [:]
    package var html = #"{{ template "email.default.html" . }}"#
    package var text = ""
    /// STARTTLS must be there.
    package var requiresTLS = true
    /// TLS from the first byte; nil: on port 465.
    package var isImplicitTLS: Bool?
    package var tls = TLSSettings()

    package init(to: String, from: String, host: String, port: Int) {
        self.to = to
        self.from = from
        self.host = host
        self.port = port
    }
}
