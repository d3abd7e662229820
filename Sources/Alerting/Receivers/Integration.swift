/// One way out of a receiver: an entry of its `slack_configs`, `webhook_configs`, ….
package struct Integration: Hashable, Sendable {
    /// The word before `_configs`.
    package var kind: String
    /// Its place among those of its kind in the receiver.
    package var index: Int
    /// False where resolved alerts are not wanted.
    package var sendsResolved: Bool
    package var settings: IntegrationSettings

    package init(kind: String, index: Int, sendsResolved: Bool, settings: IntegrationSettings) {
        self.kind = kind
        self.index = index
        self.sendsResolved = sendsResolved
        self.settings = settings
    }
}

/// A named place to send notices to.
package struct Receiver: Hashable, Sendable {
    package var name: String
    package var integrations: [Integration]

    package init(name: String, integrations: [Integration]) {
        self.name = name
        self.integrations = integrations
    }
}
