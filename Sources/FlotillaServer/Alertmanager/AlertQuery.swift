import Alerting
import FleetModel

/// Which alerts or silences are asked for.
struct AlertQuery {
    private let wants: [String: Bool]
    private let receiver: Pattern?
    let matchers: [LabelMatcher]

    init(_ call: CallParameters) throws {
        var wants: [String: Bool] = [:]
        for name in ["active", "silenced", "inhibited", "unprocessed", "muted"] {
            guard let text = call[name] else { continue }
            guard text == "true" || text == "false" else {
                throw AlertmanagerFault(text: "\(name) in query must be of type boolean: \(text.quoted)")
            }
            wants[name] = text == "true"
        }
        self.wants = wants
        do throws(PatternError) {
            receiver = try call["receiver"].map { text throws(PatternError) in try Pattern(text) }
        } catch {
            throw AlertmanagerFault(text: "failed to parse receiver param: \(error.problem)")
        }
        var matchers: [LabelMatcher] = []
        for text in call.all("filter") {
            do throws(MatcherError) {
                matchers += try MatcherSyntax.parse(text)
            } catch {
                throw AlertmanagerFault(text: "bad matcher format: \(error.problem)")
            }
        }
        self.matchers = matchers
    }

    func takes(_ view: RoutedAlert) -> Bool {
        if !view.isSuppressed, wants["active"] == false { return false }
        if !view.silencedBy.isEmpty, wants["silenced"] == false { return false }
        if !view.inhibitedBy.isEmpty, wants["inhibited"] == false { return false }
        if !view.mutedBy.isEmpty, wants["muted"] == false { return false }
        if let receiver, !view.receivers.contains(where: { receiver.matches(whole: $0) }) { return false }
        return matchers.hold(in: view.known.alert.labels)
    }

    func takes(receiver name: String) -> Bool { receiver.map { $0.matches(whole: name) } ?? true }

    /// A filter of silences asks for silences with these very matchers.
    func takes(_ silence: Silence) -> Bool {
        matchers.allSatisfy { wanted in
            silence.matchers.contains { $0.name == wanted.name && wanted.holds(for: $0.operand) }
        }
    }
}
