import FleetModel
package import Operations

/// `flotilla.yml` into settings; every mistake in one go, with its place.
package enum SettingsReading {
    /// - Throws: `SettingsErrors`.
    package static func read(_ bytes: [UInt8], path: String) throws(SettingsErrors) -> FleetSettings {
        var settings = FleetSettings()
        var mistakes: [String] = []
        do throws(YAMLFault) {
            guard let root = try YAMLDocument.root(of: bytes) else { return settings }
            guard let members = root.members else {
                throw YAMLFault(reason: "expected keys and values, not \(root.kindWord)", mark: root.mark)
            }
            for member in members {
                if case .scalar("retention", _) = member.key.content {
                    let reading = RetentionReading(member.value, standard: settings.retention)
                    settings.retention = reading.limits ?? settings.retention
                    mistakes += reading.mistakes.map { place(path, $0.mark) + $0.problem }
                    continue
                }
                guard case .scalar(let key, _) = member.key.content, case .scalar(let value, _) = member.value.content
                else {
                    mistakes.append(place(path, member.key.mark) + "expected a plain key and value")
                    continue
                }
                if let problem = set(key, to: value, in: &settings) {
                    mistakes.append(place(path, member.key.mark) + problem)
                }
            }
        } catch {
            mistakes.append(place(path, error.mark) + error.reason)
        }
        guard mistakes.isEmpty else { throw SettingsErrors(mistakes) }
        return settings
    }

    private static let keys = ["host_keys", "interval", "listen", "retention"]

    /// What is wrong with the pair, or nil.
    private static func set(_ key: String, to value: String, in settings: inout FleetSettings) -> String? {
        switch key {
        case "host_keys":
            guard value == "strict" || value == "first" else { return "host_keys is “first” or “strict”" }
            settings.hostKeys = value == "strict" ? .strict : .pinFirst
        case "interval":
            guard let span = Duration(span: value), span >= .seconds(1), span <= .seconds(86_400) else {
                return "interval is a time from 1s to 24h"
            }
            settings.interval = span
        case "listen":
            guard let listening = Listening(value) else { return "listen is an address such as 127.0.0.1:8420, or off" }
            settings.listen = listening
        default:
            let near = NearMisses.question(for: key, among: keys).map { ", \($0)" } ?? ""
            return "unknown key “\(key.quotedForMessage)”\(near)"
        }
        return nil
    }

    private static func place(_ path: String, _ mark: YAMLMark) -> String {
        "\(path):\(mark.line):\(mark.column): "
    }
}
