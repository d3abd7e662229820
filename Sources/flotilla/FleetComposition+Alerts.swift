import Alerting
import FleetModel
import Formats
import Foundation
import LocalDisk
import Operations
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

    /// What `alertmanager.yml` of the configuration folder says; nil where there is none.
    ///
    /// - Throws: `AlertmanagerErrors`.
    static func notificationPlan(_ home: Home, _ config: String?) throws -> NotificationPlan? {
        let path = (config ?? home.config) + "/alertmanager.yml"
        guard DiskFiles().kind(of: path) == .file else { return nil }
        let bytes = try DiskFiles().contents(of: path, limit: 4 << 20)
        return try AlertmanagerReading.read(bytes, path: path, zones: zone)
    }

    /// The rules of a time zone from the system's own files.
    private static func zone(_ name: String) -> TimeZoneRules? {
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else { return nil }
        let path = name == "Local" ? "/etc/localtime" : "/usr/share/zoneinfo/" + name
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        return TimeZoneRules(name: name, file: Array(bytes))
    }
}
