import FleetModel
import Hummingbird
package import Operations
import Synchronization

/// Counts answers by route and status; the route as it is declared, so that callers cannot make new series.
package final class RequestCount: FigureSource {
    private struct Key: Hashable {
        var route: String
        var method: String
        var code: Int
    }

    private let counts = Mutex<[Key: Int]>([:])

    package init() {}

    func count(_ route: String?, _ method: String, _ code: Int) {
        let known = ["GET", "POST", "PUT", "DELETE", "HEAD"].contains(method) ? method : "other"
        let key = Key(route: route ?? "none", method: known, code: code)
        counts.withLock { $0[key, default: 0] += 1 }
    }

    package func figures() async -> [FigureFamily] {
        let name = "flotilla_http_requests_total"
        let all = counts.withLock { $0 }.sorted { ($0.key.route, $0.key.code) < ($1.key.route, $1.key.code) }
        let samples = all.map { key, count in
            Sample(
                name,
                [.init("route", key.route), .init("method", key.method), .init("code", String(key.code))],
                Double(count)
            )
        }
        return [FigureFamily(name, .counter, "Answers of the HTTP API.", samples)]
    }
}

/// Counts what goes through the server.
struct CountingMiddleware: RouterMiddleware {
    let requests: RequestCount

    @concurrent
    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await next(request, context)
            requests.count(context.endpointPath, request.method.rawValue, response.status.code)
            return response
        } catch {
            let code = (error as? any HTTPResponseError)?.status.code ?? 500
            requests.count(context.endpointPath, request.method.rawValue, code)
            throw error
        }
    }
}
