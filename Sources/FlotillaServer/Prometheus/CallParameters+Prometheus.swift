import FleetModel
import Operations
import PromQL

/// The parameters that Prometheus' calls share.
extension CallParameters {
    static let truncated = "results truncated due to limit"

    /// 0 for no limit.
    func limit(_ name: String = "limit") throws -> Int {
        guard let text = self[name] else { return 0 }
        guard let limit = Int(text) else {
            throw PrometheusFault.badParameter(name, "strconv.Atoi: parsing \(text.quoted): invalid syntax")
        }
        guard limit >= 0 else { throw PrometheusFault.badParameter(name, "limit must be non-negative") }
        return limit
    }

    func moment(_ name: String) throws -> Timestamp? {
        guard let text = self[name] else { return nil }
        guard let moment = QueryTime.moment(text) else {
            let words = "invalid time value for '\(name)': "
            throw PrometheusFault.badParameter(name, words + Self.badMoment(text))
        }
        return moment
    }

    func required(_ name: String) throws -> Timestamp {
        let text = self[name] ?? ""
        guard let moment = QueryTime.moment(text) else {
            throw PrometheusFault.badParameter(name, Self.badMoment(text))
        }
        return moment
    }

    func duration(_ name: String) throws -> Duration? {
        guard let text = self[name] else { return nil }
        guard let duration = QueryTime.duration(text) else { throw Self.badDuration(name, text) }
        return duration
    }

    func wishes() throws -> AskMetrics.Wishes {
        AskMetrics.Wishes(time: try duration("timeout"), lookBack: try duration("lookback_delta"))
    }

    static func badDuration(_ name: String, _ text: String) -> PrometheusFault {
        .badParameter(name, "cannot parse \(text.quoted) to a valid duration")
    }

    private static func badMoment(_ text: String) -> String { "cannot parse \(text.quoted) to a valid timestamp" }
}
