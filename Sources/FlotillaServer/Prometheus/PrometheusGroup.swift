package import FleetModel
package import Hummingbird
package import Operations
import PromQL

/// Prometheus' HTTP API under `/prometheus/api/v1`: documents, statuses and words are Prometheus', so that its tools and
/// Grafana take this for one.
package struct PrometheusGroup: RouteGroup {
    let questions: AskMetrics
    let rules: any RuleBoard
    let targets: any TargetBoard
    let version: String
    let now: @Sendable () -> Timestamp

    package init(
        questions: AskMetrics,
        rules: any RuleBoard,
        targets: any TargetBoard,
        version: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.questions = questions
        self.rules = rules
        self.targets = targets
        self.version = version
        self.now = now
    }

    package func addRoutes(to router: Router<ServerContext>) {
        let group = router.group("prometheus/api/v1")
        whileWanted("query", group, instant)
        whileWanted("query_range", group, range)
        both("format_query", "query", group, formatted)
        both("query_exemplars", "query", group) { _ in .success([]) }
        both("series", "match[]", group, series)
        both("labels", "match[]", group, labelNames)
        group.get("label/:name/values") { request, context in
            try await reply(request, "match[]") { call in
                try await labelValues(of: context.parameters.require("name"), call)
            }
        }
        get("metadata", group, metadata)
        get("status/buildinfo", group) { _ in .success(buildInformation) }
        get("rules", group, ruleGroups)
        get("alerts", group) { _ in .success(["alerts": .array(await alerts())]) }
        get("targets", group, targetList)
    }

    typealias Work = @Sendable (CallParameters) async throws -> Found

    /// What a call found, not yet written.
    enum Found: Sendable {
        case answer(QueryAnswer)
        case series([LabelSet], warnings: [String])
        case document(JSONValue, warnings: [String])

        static func success(_ document: JSONValue) -> Found { .document(document, warnings: []) }
    }

    private func get(_ path: RouterPath, _ group: RouterGroup<ServerContext>, _ work: @escaping Work) {
        group.get(path) { request, _ in try await reply(request, "query", work) }
    }

    private func both(
        _ path: RouterPath,
        _ parameter: String,
        _ group: RouterGroup<ServerContext>,
        _ work: @escaping Work
    ) {
        group.get(path) { request, _ in try await reply(request, parameter, work) }
        group.post(path) { request, _ in try await reply(request, parameter, work) }
    }

    private func whileWanted(_ path: RouterPath, _ group: RouterGroup<ServerContext>, _ work: @escaping Work) {
        group.get(path) { request, _ in try await replyWhileWanted(request, work) }
        group.post(path) { request, _ in try await replyWhileWanted(request, work) }
    }

    /// A query ends when its caller goes. To see that, the connection is listened to, and cannot take another call.
    private func replyWhileWanted(_ request: Request, _ work: Work) async throws -> Answer {
        var answer = try await request.body.consumeWithCancellationOnInboundClose { body in
            try await reply(request, "query", body: body, work)
        }
        answer.headers[.connection] = "close"
        return answer
    }

    private func reply(
        _ request: Request,
        _ parameter: String,
        body: RequestBody? = nil,
        _ work: Work
    ) async throws -> Answer {
        do {
            return .json(try await written(try await work(CallParameters(of: request, body: body))))
        } catch let error as HTTPError {
            throw error
        } catch {
            return PrometheusFault(error, parameter: parameter).answer
        }
    }

    /// Large answers are written on a thread of the queries: other calls go on meanwhile.
    private func written(_ found: Found) async throws -> [UInt8] {
        switch found {
        case .answer(let answer) where answer.pointCount > 2000:
            try await questions.onThread { AnswerDocument.success(answer) }
        case .answer(let answer): AnswerDocument.success(answer)
        case .series(let series, let warnings): AnswerDocument.success(series, warnings: warnings)
        case .document(let document, let warnings): AnswerDocument.success(document, warnings: warnings)
        }
    }
}
