import FleetModel
import FlotillaCLI
import Foundation
import Logging
import Operations

/// The daemon reads its configuration again. A file that is wrong is refused: everything from before goes on.
struct SettingsReload: Sendable {
    let read: @Sendable () throws -> FleetConfiguration
    let notifications: Notifications
    let scraping: Scraping
    let running: RunningSettings
    let collector: Collector
    let rules: DaemonRules
    /// Between two polls, where the call says it: the file does not count then.
    let asked: Duration?
    let logger: Logger

    /// - Throws: what is wrong with the file.
    func run() async throws {
        do {
            let configuration = try read()
            let interval = asked ?? configuration.settings.interval
            // The only one that could still say no comes first.
            try await rules.use(configuration.rules, pollInterval: interval)
            await scraping.use(configuration.monitoring)
            await notifications.use(configuration.notifications)
            running.accept(configuration.settings, at: FleetComposition.now())
            logger.info("settings read again", metadata: ["interval": "\(interval)"])
            await collector.use(interval: interval, retention: configuration.settings.retention)
        } catch {
            let why = (error as? any Explained)?.problem ?? "\(error)"
            running.refuse(why, at: FleetComposition.now())
            logger.error("settings refused, those from before go on", metadata: ["reason": "\(why)"])
            throw error
        }
    }

    /// A signal has nobody to answer.
    func onSignal() {
        // UNSTRUCTURED: a signal's handler cannot wait; the log says how it ended.
        Task { try? await run() }
    }
}
