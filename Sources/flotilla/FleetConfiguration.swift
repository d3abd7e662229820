import FleetModel
import Operations

/// Everything that the configuration folder says, read whole: one mistake in any file, and nothing of it is used.
struct FleetConfiguration: Sendable {
    let settings: FleetSettings
    /// Nil where there is no `prometheus.yml`.
    let monitoring: MonitoringConfiguration?
    let notifications: NotificationMeans
    let rules: ConfiguredRules
}

extension FleetComposition {
    /// - Throws: `SettingsErrors`, `MonitoringErrors`, `AlertmanagerErrors`, `RuleFileErrors`: of the first file that is wrong,
    ///   every mistake.
    func configuration(_ home: Home, _ config: String?) throws -> FleetConfiguration {
        let settings = try settings(home, config)
        let monitoring = try Scraping.configuration(in: config ?? home.config)
        return FleetConfiguration(
            settings: settings,
            monitoring: monitoring,
            notifications: try NotificationMeans(home, config),
            rules: try rules(home, config, monitoring)
        )
    }
}
