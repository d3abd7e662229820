import HTTPTypes
import Hummingbird

/// Who may call: whoever is on this machine, and whoever has the token.
///
/// A browser on this machine is made to call by pages of other sites. A page whose own name was rebound to 127.0.0.1 is
/// told by the `Host` that it sends, a form of another site by its `Origin`. A request that a proxy passed on comes from
/// elsewhere, whatever its socket says.
struct AccessGuard: RouterMiddleware {
    let token: BearerToken?
    /// Names by which this server is known beside those of loopback; lower case.
    let names: Set<String>

    private static let proxyFields = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].compactMap {
        HTTPField.Name($0)
    }

    @concurrent
    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        if let token, token.opens(request.headers[.authorization]) { return try await next(request, context) }
        guard context.isFromLoopback, !Self.proxyFields.contains(where: { request.headers[$0] != nil }) else {
            var answer = Answer.text("this API wants a bearer token from other machines\n", status: .unauthorized)
            answer.headers[.wwwAuthenticate] = "Bearer realm=\"flotilla\""
            return try answer.response(from: request, context: context)
        }
        guard isOurs(request.head.authority) else {
            return try refusal("the Host of this request is not a name of this server", request, context)
        }
        if request.method != .get, request.method != .head, let origin = request.headers[.origin],
            !isOurs(origin: origin)
        {
            return try refusal(
                "requests that change something are not taken from pages of other sites",
                request,
                context
            )
        }
        return try await next(request, context)
    }

    private func refusal(_ text: String, _ request: Request, _ context: ServerContext) throws -> Response {
        try Answer.text(text + "\n", status: .forbidden).response(from: request, context: context)
    }

    private func isOurs(origin: String) -> Bool {
        guard let slashes = origin.firstRange(of: "://") else { return false }
        return isOurs(String(origin[slashes.upperBound...]))
    }

    /// HTTP/1.0 knows no Host; browsers always send one.
    private func isOurs(_ authority: String?) -> Bool {
        guard let authority, !authority.isEmpty else { return true }
        var host = authority.lowercased()
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            host = String(host[host.index(after: host.startIndex)..<end])
        } else if let colon = host.lastIndex(of: ":") {
            host = String(host[..<colon])
        }
        if host.hasSuffix(".") { host.removeLast() }
        let isLoopback = host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
        return isLoopback || names.contains(host)
    }
}
