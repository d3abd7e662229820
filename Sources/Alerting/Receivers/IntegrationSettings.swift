package import FleetModel

/// What one kind of integration is told.
package enum IntegrationSettings: Hashable, Sendable {
    case webhook(WebhookSettings)
}

/// `webhook_configs`: the notice as Alertmanager's JSON, version 4.
package struct WebhookSettings: Hashable, Sendable {
    /// May hold a token: never shown.
    package var url: Secret
    /// The most alerts in one message, 0 for all.
    package var maxAlerts: Int

    package init(url: Secret, maxAlerts: Int = 0) {
        self.url = url
        self.maxAlerts = maxAlerts
    }
}
