package import FleetModel
package import Hummingbird
package import Operations
import PromQL

/// `/metrics`: Flotilla about itself, or with `?fleet=1` or `match[]` the fleet's latest samples; `/federate` as Prometheus has it.
package struct FiguresGroup: RouteGroup {
    private let sources: [any FigureSource]
    private let questions: AskMetrics
    private let now: @Sendable () -> Timestamp

    package init(
        sources: [any FigureSource],
        questions: AskMetrics,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.sources = sources
        self.questions = questions
        self.now = now
    }

    package func addRoutes(to router: Router<ServerContext>) {
        router.get("metrics") { request, _ in
            try await reply {
                let call = try await CallParameters(of: request)
                if call["fleet"] != nil || !call.all("match[]").isEmpty { return try await latest(call) }
                var families: [FigureFamily] = []
                for source in sources { families += await source.figures() }
                return ExpositionText.text(families)
            }
        }
        for path: RouterPath in ["federate", "prometheus/federate"] {
            router.get(path) { request, _ in
                try await reply { try await latest(CallParameters(of: request)) }
            }
        }
    }

    private func reply(_ work: () async throws -> [UInt8]) async throws -> Answer {
        do {
            return Answer(try await work(), type: ExpositionText.type)
        } catch let error as HTTPError {
            throw error
        } catch {
            let fault = PrometheusFault(error, parameter: "match[]")
            return .text(fault.text + "\n", status: fault.status)
        }
    }

    /// What each series showed last, at most five minutes ago, with its time.
    private func latest(_ call: CallParameters) async throws -> [UInt8] {
        var selectors = call.all("match[]")
        if selectors.isEmpty, call["fleet"] != nil { selectors = ["{job=\"flotilla\"}"] }
        let moment = now()
        var found: [LabelSet: Double] = [:]
        var times: [LabelSet: Int64] = [:]
        for selector in selectors {
            let parsed = try await questions.selector(selector)
            for series in try await questions.latest(parsed, at: moment) {
                guard let time = series.times.last, let value = series.values.last else { continue }
                found[series.labels] = value
                times[series.labels] = time
            }
        }
        let (values, moments) = (found, times)
        return try await questions.onThread { ExpositionText.federation(values, at: moments) }
    }
}
