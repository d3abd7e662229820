import Alerting
import FleetModel
import Operations

extension AlertmanagerGroup {
    func alerts(_ query: AlertQuery) async throws -> JSONValue {
        .array(await loop.alerts().filter(query.takes).map(\.document))
    }

    func groups(_ query: AlertQuery) async throws -> JSONValue {
        .array(
            await loop.groups().compactMap { group -> JSONValue? in
                let alerts = group.alerts.filter(query.takes)
                guard query.takes(receiver: group.receiver), !alerts.isEmpty else { return nil }
                return [
                    "alerts": .array(alerts.map(\.document)), "labels": group.labels.document,
                    "receiver": ["name": .string(group.receiver)],
                ]
            }
        )
    }

    func post(_ body: JSONValue) async throws {
        guard case .array(let elements) = body else { throw AlertmanagerFault(text: "expected a list of alerts") }
        var alerts: [PostedAlert] = []
        var faults: [String] = []
        for (index, element) in elements.enumerated() {
            do throws(AlertmanagerFault) {
                alerts.append(try Self.alert(element, at: index))
            } catch {
                faults.append(error.text)
            }
        }
        // The sound ones are taken all the same, as Alertmanager takes them.
        if !alerts.isEmpty { try await loop.receive(alerts, from: .api) }
        guard faults.isEmpty else { throw AlertmanagerFault(text: faults.joined(separator: "; ")) }
    }

    /// What one alert may have, so that nobody fills the store.
    private static let mostLabels = 256
    private static let longestText = 64 << 10

    private static func alert(_ value: JSONValue, at index: Int) throws(AlertmanagerFault) -> PostedAlert {
        guard let fields = value.object else { throw AlertmanagerFault(text: "\(index) is no alert") }
        let labels = try labels(fields["labels"], "\(index).labels")
        guard !labels.labels.isEmpty else {
            throw AlertmanagerFault(text: "\(index): at least one label pair required")
        }
        let (starts, ends) = (
            try moment(fields["startsAt"], "\(index).startsAt"), try moment(fields["endsAt"], "\(index).endsAt")
        )
        if let starts, let ends, ends < starts {
            throw AlertmanagerFault(text: "\(index): start time must be before end time")
        }
        return PostedAlert(
            labels: labels,
            annotations: try self.labels(fields["annotations"], "\(index).annotations"),
            startsAt: starts,
            endsAt: ends,
            generatorURL: fields["generatorURL"]?.string ?? ""
        )
    }

    private static func labels(_ value: JSONValue?, _ place: String) throws(AlertmanagerFault) -> LabelSet {
        guard let value, value != .null else { return .empty }
        guard let members = value.object, members.count <= mostLabels else {
            throw AlertmanagerFault(text: "\(place) must be an object of at most \(mostLabels) texts")
        }
        var found: [LabelSet.Label] = []
        for (name, value) in members {
            guard let text = value.string, text.utf8.count <= longestText, !name.isEmpty, name.utf8.count <= 1024 else {
                throw AlertmanagerFault(text: "\(place).\(name.quotedForMessage) must be a text")
            }
            found.append(.init(name, text))
        }
        return LabelSet(found)
    }

    /// Go's zero time means that there is none.
    static func moment(_ value: JSONValue?, _ place: String) throws(AlertmanagerFault) -> Timestamp? {
        guard let value, value != .null, value != "" else { return nil }
        guard let text = value.string, let moment = Timestamp(rfc3339: text) else {
            throw AlertmanagerFault(text: "\(place) must be of type date-time")
        }
        return text.hasPrefix("0001-01-01T00:00:00") ? nil : moment
    }
}

extension RoutedAlert {
    /// An alert as Alertmanager's API shows it.
    var document: JSONValue {
        let alert = known.alert
        return [
            "annotations": alert.annotations.document, "endsAt": .string(alert.endsAt.rfc3339),
            "fingerprint": .string(Self.hex(known.fingerprint)),
            "receivers": .array(receivers.map { ["name": .string($0)] }), "startsAt": .string(alert.startsAt.rfc3339),
            "status": [
                "inhibitedBy": .array(inhibitedBy.map { .string(Self.hex($0)) }),
                "mutedBy": .array(mutedBy.map { .string($0) }),
                "silencedBy": .array(silencedBy.map { .string($0) }),
                "state": isSuppressed ? "suppressed" : "active",
            ],
            "updatedAt": .string(known.updatedAt.rfc3339), "generatorURL": .string(alert.generatorURL),
            "labels": alert.labels.document,
        ]
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
