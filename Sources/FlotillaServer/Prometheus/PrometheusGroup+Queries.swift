import FleetModel
import Operations
import PromQL

extension PrometheusGroup {
    /// Points of a series in one answer.
    private static let mostPoints: Int64 = 11_000

    func instant(_ call: CallParameters) async throws -> Found {
        let limit = try call.limit()
        let time = try call.moment("time") ?? now()
        let wishes = try call.wishes()
        return .answer(try await questions.instant(call["query"] ?? "", at: time, wishes).first(limit))
    }

    func range(_ call: CallParameters) async throws -> Found {
        let limit = try call.limit()
        let start = try call.required("start")
        let end = try call.required("end")
        guard end >= start else {
            throw PrometheusFault.badParameter("end", "end timestamp must not be before start time")
        }
        let step = try call.duration("step") ?? { throw CallParameters.badDuration("step", "") }()
        guard step > .zero else {
            throw PrometheusFault.badParameter(
                "step",
                "zero or negative query resolution step widths are not accepted. Try a positive integer"
            )
        }
        guard (end - start).milliseconds / step.milliseconds <= Self.mostPoints else {
            throw PrometheusFault.badData(
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"
            )
        }
        let query = call["query"] ?? ""
        let wishes = try call.wishes()
        return .answer(try await questions.range(query, from: start, through: end, step: step, wishes).first(limit))
    }

    func formatted(_ call: CallParameters) async throws -> Found {
        let text = call["query"] ?? ""
        return .success(.string(try await questions.onThread { try Query(text).expression.description }))
    }
}

extension QueryAnswer {
    /// With at most so many series; 0 for no limit.
    fileprivate func first(_ limit: Int) -> QueryAnswer {
        switch result {
        case .vector(let samples) where limit > 0 && samples.count > limit:
            return replacing(.vector(Array(samples.prefix(limit))), warning: CallParameters.truncated)
        case .matrix(let series) where limit > 0 && series.count > limit:
            return replacing(.matrix(Array(series.prefix(limit))), warning: CallParameters.truncated)
        default: return self
        }
    }
}
