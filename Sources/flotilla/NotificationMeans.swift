import Alerting
import FleetModel
import Formats
import Foundation
import GoTemplate
import LocalDisk
import Operations
import Outbound

/// What `alertmanager.yml` and the files it names say, read whole or not at all.
struct NotificationMeans: Sendable {
    /// Without a file: alerts are kept and shown, and nobody is told.
    let plan: NotificationPlan
    let templates: GoTemplate

    /// - Throws: `AlertmanagerErrors` with every mistake of the file, or of the templates.
    init(_ home: Home, _ config: String?) throws {
        plan =
            try FleetComposition.notificationPlan(home, config)
            ?? NotificationPlan(root: Route(receiver: "none"), receivers: [])
        var templates = GoTemplate(functions: AlertFunctions.table(now: Timestamp(milliseconds: 0)))
        try DefaultTemplates.add(to: &templates)
        var mistakes: [String] = []
        for path in plan.templates.flatMap({ ConfiguredPath.matching($0, in: config ?? home.config) }) {
            let bytes = try DiskFiles().contents(of: path, limit: 1 << 20)
            do {
                try templates.add(String(decoding: bytes, as: UTF8.self), name: path)
            } catch {
                mistakes.append(error.problem)
            }
        }
        guard mistakes.isEmpty else { throw AlertmanagerErrors(mistakes) }
        self.templates = templates
    }

    /// The way out for these messages; secrets in files are read anew for each of them.
    func notifier(_ folder: String, externalURL: String) -> OutboundNotifier {
        OutboundNotifier(
            templates: templates,
            externalURL: externalURL,
            readFile: { try DiskFiles().contents(of: ConfiguredPath.absolute($0, in: folder), limit: 64 << 10) },
            zone: { name, seconds in
                SystemZones.rules(name).map { rules in
                    let offset = rules.offset(at: Timestamp(milliseconds: seconds * 1000))
                    return GoTime.Zone(offset: Int64(offset), name: "")
                }
            }
        )
    }
}

/// Paths that a configuration file names: relative ones are of its folder.
enum ConfiguredPath {
    static func absolute(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : folder + "/" + path
    }

    /// The files that a pattern means: one `*` in its last part.
    static func matching(_ pattern: String, in base: String) -> [String] {
        let pattern = absolute(pattern, in: base)
        let slash = pattern.lastIndex(of: "/") ?? pattern.startIndex
        let parts = pattern[pattern.index(after: slash)...].split(
            separator: "*",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard parts.count == 2 else { return DiskFiles().kind(of: pattern) == .file ? [pattern] : [] }
        let folder = String(pattern[..<slash])
        let names = (try? DiskFiles().entries(of: folder)) ?? []
        return names.filter { name in
            name.hasPrefix(parts[0]) && name.hasSuffix(parts[1])
                && name.utf8.count >= parts[0].utf8.count + parts[1].utf8.count
        }.sorted().map { folder + "/" + $0 }
    }
}

/// Time zones from the system's own files.
enum SystemZones {
    static func rules(_ name: String) -> TimeZoneRules? {
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else { return nil }
        let path = name == "Local" ? "/etc/localtime" : "/usr/share/zoneinfo/" + name
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        return TimeZoneRules(name: name, file: Array(bytes))
    }
}
