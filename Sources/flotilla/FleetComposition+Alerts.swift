import Alerting
import FleetModel
import Formats
import Foundation
import LocalDisk
import Logging
import Operations
import Outbound
import SQLiteStore

extension FleetComposition {
    /// A wrong `alertmanager.yml` is refused here too: what would be shown of its routes would be wrong.
    func alerts(_ home: Home, config: String?) async throws -> AlertDesk {
        try HomeFolder(home).check()
        return AlertDesk(
            store: try SQLiteAlerts(beside: home.database),
            plan: try Self.notificationPlan(home, config),
            newID: { UUID().uuidString.lowercased() },
            now: Self.now
        )
    }

    /// Sent from here and now: it shows what the daemon of this home would be told by the far side.
    func testNotifications(_ home: Home, config: String?, to receiver: String, isEnding: Bool) async throws
        -> [NotifyTest.Outcome]
    {
        guard try Self.notificationPlan(home, config) != nil else {
            throw UsageError(
                "no_receivers",
                "there is no \(config ?? home.config)/alertmanager.yml",
                advice: "write one, or name its folder with --config"
            )
        }
        let means = try NotificationMeans(home, config)
        let url = try settings(home, config).listen.alertmanagerURL
        let notifier = means.notifier(config ?? home.config, externalURL: url)
        let test = NotifyTest(plan: means.plan, notifier: notifier, author: operatorName, now: Self.now)
        let result: Result<[NotifyTest.Outcome], UsageError>
        do throws(UsageError) {
            result = .success(try await test.run(receiver, isEnding: isEnding))
        } catch {
            result = .failure(error)
        }
        await notifier.shutdown()
        return try result.get()
    }

    /// The daemon's notifications, on the store of this home.
    ///
    /// - `externalURL`: where the daemon can be asked, for the links in messages; empty for nowhere.
    /// - Throws: `StateError`.
    func notifications(
        _ means: NotificationMeans,
        _ home: Home,
        config: String?,
        _ fleet: Fleet,
        externalURL: String,
        _ logger: Logger
    ) async throws -> Notifications {
        let notifier = means.notifier(config ?? home.config, externalURL: externalURL)
        let loop = try await NotificationLoop(
            plan: means.plan,
            store: try SQLiteAlerts(beside: home.database),
            notifier: notifier,
            surroundings: .init(
                now: fleet.now,
                newID: { UUID().uuidString.lowercased() },
                changes: AuditedChanges(audit: fleet.audit),
                reach: {
                    try await fleet.inventory.inventory().nodes.values.map { node in
                        .init(name: node.name.text, parent: node.jump?.text, isDown: node.status.word == "down")
                    }
                },
                ownLinkWorks: { OwnLink.works }
            ),
            logger: logger
        )
        return Notifications(loop: loop, notifier: notifier)
    }

    /// What `alertmanager.yml` of the configuration folder says; nil where there is none.
    ///
    /// - Throws: `AlertmanagerErrors`.
    static func notificationPlan(_ home: Home, _ config: String?) throws -> NotificationPlan? {
        let path = (config ?? home.config) + "/alertmanager.yml"
        guard DiskFiles().kind(of: path) == .file else { return nil }
        let bytes = try DiskFiles().contents(of: path, limit: 4 << 20)
        return try AlertmanagerReading.read(bytes, path: path, zones: SystemZones.rules)
    }
}

/// The notification loop in the daemon.
struct Notifications: Sendable {
    let loop: NotificationLoop
    let notifier: OutboundNotifier

    /// Goes on with another configuration.
    func use(_ means: NotificationMeans) async {
        notifier.use(means.templates)
        await loop.use(means.plan)
    }

    /// Ends what is open to the far sides; after the task of `start`.
    func stop() async { await notifier.shutdown() }

    /// Works until the task is cancelled.
    func start() -> Task<Void, Never> {
        // UNSTRUCTURED: lives beside the collector; cancelled at the daemon's end. What is under way is written down.
        Task { try? await loop.run(clock: ContinuousClock()) }
    }
}

/// The controller's own way out: false where it has network interfaces and none of them has a link.
private enum OwnLink {
    static var works: Bool {
        let folder = "/sys/class/net"
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0 != "lo" }
        let states = names.compactMap { try? String(contentsOfFile: "\(folder)/\($0)/operstate", encoding: .utf8) }
        // “unknown” is what tunnels and virtual links say when they work.
        return states.isEmpty || states.contains { $0.hasPrefix("up") || $0.hasPrefix("unknown") }
    }
}
