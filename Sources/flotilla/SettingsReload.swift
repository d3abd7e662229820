import FleetModel
import FlotillaCLI
import Foundation
import Logging
import Operations

/// The daemon reads its settings and rules again. A file that is wrong is refused whole: the settings from before go on.
struct SettingsReload: Sendable {
    let read: @Sendable () throws -> FleetSettings
    let notifications: Notifications
    let scraping: Scraping
    let running: RunningSettings
    let collector: Collector
    let rules: DaemonRules
    let interval: @Sendable () -> Duration
    let logger: Logger

    /// - Throws: what is wrong with the file.
    func run() async throws {
        do {
            let settings = try read()
            let means = try notifications.read()
            let rules = try self.rules.read()
            try await scraping.reload()
            await notifications.use(means)
            running.accept(settings, at: FleetComposition.now())
            logger.info("settings read again", metadata: ["interval": "\(interval())"])
            await collector.use(interval: interval(), retention: settings.retention)
            try await self.rules.use(rules)
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
