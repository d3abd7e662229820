import FleetModel
import HTTPTypes
import PromQL

/// An error as Prometheus' API tells it: its kind, the status that goes with it, and its text.
struct PrometheusFault: Error {
    let kind: String
    let status: HTTPResponse.Status
    let text: String

    init(_ kind: String, _ status: HTTPResponse.Status, _ text: String) {
        self.kind = kind
        self.status = status
        self.text = text
    }

    static func badData(_ text: String) -> PrometheusFault { PrometheusFault("bad_data", .badRequest, text) }

    static func badParameter(_ name: String, _ why: String) -> PrometheusFault {
        .badData("invalid parameter \(name.quoted): \(why)")
    }

    /// Whatever a question ended with; `parameter` is the one that holds the query.
    init(_ error: any Error, parameter: String) {
        switch error {
        case let fault as PrometheusFault: self = fault
        case let error as BadParameters:
            self = .badData("error parsing form values: invalid URL escape \(error.escape.quoted)")
        case is CancellationError: self.init("canceled", Self.closedByClient, "context canceled")
        case let error as PromQLError:
            switch error.code {
            case "promql.bad_query": self = .badParameter(parameter, Self.words(error.problem))
            case "promql.timeout": self.init("timeout", .serviceUnavailable, error.problem)
            case "promql.cancelled": self.init("canceled", Self.closedByClient, error.problem)
            default: self.init("execution", .unprocessableContent, error.problem)
            }
        case let error as UsageError: self.init("execution", .unprocessableContent, error.problem)
        case let error as any Explained: self.init("internal", .internalServerError, error.problem)
        default: self.init("internal", .internalServerError, "\(error)")
        }
    }

    /// A query that is not there has no place for its mistake.
    private static func words(_ problem: String) -> String {
        let nothing = "parse error: no expression found in input"
        return problem == "1:1: " + nothing ? "unknown position: " + nothing : problem
    }

    /// What nginx calls 499: nobody reads it.
    private static let closedByClient = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")

    var answer: Answer { .json(AnswerDocument.failure(kind, text), status: status) }
}
