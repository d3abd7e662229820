internal import AsyncHTTPClient
internal import FleetModel
internal import NIOCore
internal import NIOHTTP1
package import Operations

/// Exporters over the network. One client for each way of TLS and redirects; a scrape has one connection, kept for the next.
package actor HTTPExporterDoor: ExporterDoor {
    private let files: @Sendable (String) throws -> [UInt8]
    private var clients: [ClientKind: HTTPClient] = [:]

    /// Reads secrets and certificates by the closure, each time they are needed.
    package init(files: @escaping @Sendable (String) throws -> [UInt8]) {
        self.files = files
    }

    package func fetch(_ request: ExporterRequest) async throws -> ExporterAnswer {
        let job = request.job
        let client = try client(for: job.access, compressed: job.isCompressed, limit: request.bodyLimit)
        var http = HTTPClientRequest(url: request.target.url(job.parameters))
        http.headers = try headers(of: request)
        do {
            let answer = try await client.execute(http, timeout: .milliseconds(request.target.timeout.milliseconds))
            return try await Self.read(answer, limit: request.bodyLimit)
        } catch let error as ScrapeError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw Self.explained(error, request)
        }
    }

    /// Ends every connection.
    package func shutdown() async {
        let all = clients.values
        clients = [:]
        for client in all { try? await client.shutdown() }
    }

    private func headers(of request: ExporterRequest) throws -> HTTPHeaders {
        var headers = HTTPHeaders([
            ("Accept", Self.accepted), ("User-Agent", "Flotilla"),
            ("X-Prometheus-Scrape-Timeout-Seconds", "\(request.target.timeout.seconds)"),
        ])
        for header in try HTTPLogin.headers(request.job.access, files: files) {
            headers.replaceOrAdd(name: header.name, value: header.value)
        }
        return headers
    }

    /// OpenMetrics first, as Prometheus asks.
    private static let accepted =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"

    private static func read(_ answer: HTTPClientResponse, limit: Int) async throws -> ExporterAnswer {
        guard answer.status == .ok else {
            throw ScrapeError("bad_status", "server returned HTTP status \(answer.status.code)")
        }
        var body: [UInt8] = []
        for try await part in answer.body {
            body += part.readableBytesView
            guard body.count <= limit else { throw ScrapeError.tooLarge(limit) }
        }
        return ExporterAnswer(body: body, contentType: answer.headers.first(name: "Content-Type") ?? "")
    }

    private static func explained(_ error: any Error, _ request: ExporterRequest) -> ScrapeError {
        let address = request.target.address.quotedForMessage
        switch error as? HTTPClientError {
        case .deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout:
            return ScrapeError("timeout", "\(address): no answer within \(PrometheusSpan.text(request.target.timeout))")
        default: break
        }
        if "\(error)".contains("DecompressionError") { return .tooLarge(request.bodyLimit) }
        return ScrapeError("failed", "\(address): \(String("\(error)".prefix(200)).quotedForMessage)")
    }

    private func client(for access: HTTPAccess, compressed: Bool, limit: Int) throws -> HTTPClient {
        let kind = ClientKind(
            tls: access.tls,
            followsRedirects: access.followsRedirects,
            isCompressed: compressed,
            limit: limit
        )
        if let client = clients[kind] { return client }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try kind.configuration(files: files))
        clients[kind] = client
        return client
    }
}

extension ScrapeError {
    static func tooLarge(_ limit: Int) -> ScrapeError {
        ScrapeError("body_too_large", "the text is longer than \(limit) bytes", advice: "raise body_size_limit")
    }
}
