internal import AsyncHTTPClient
package import FleetModel
internal import Formats
internal import NIOCore
internal import NIOHTTP1
package import Operations

/// Remote write 1.0 over HTTP.
package actor HTTPWriteDoor: WriteDoor {
    private let files: @Sendable (String) throws -> [UInt8]
    private var clients: [ClientKind: HTTPClient] = [:]

    /// Reads secrets and certificates by the closure, each time they are needed.
    package init(files: @escaping @Sendable (String) throws -> [UInt8]) {
        self.files = files
    }

    package func send(_ series: [Series], to target: RemoteWriteTarget) async throws {
        var request = HTTPClientRequest(url: target.url)
        request.method = .POST
        let client: HTTPClient
        do {
            request.headers = try headers(target)
            client = try self.client(target.access)
        } catch {
            throw WriteFailure((error as? any Explained)?.problem ?? "\(error)", canBeRetried: true)
        }
        request.body = .bytes(ByteBuffer(bytes: Self.body(series)))
        do {
            let answer = try await client.execute(request, timeout: .milliseconds(target.timeout.milliseconds))
            try await Self.judge(answer, target)
        } catch let failure as WriteFailure {
            throw failure
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let reason = String("\(error)".prefix(200)).quotedForMessage
            throw WriteFailure("\(target.name): \(reason)", canBeRetried: true)
        }
    }

    /// Ends every connection.
    package func shutdown() async {
        let all = clients.values
        clients = [:]
        for client in all { try? await client.shutdown() }
    }

    private static func body(_ series: [Series]) -> [UInt8] {
        let request = WriteRequest(
            series: series.map { one in
                let points = zip(one.times, one.values).map { time, value in
                    WriteRequest.Point(at: Timestamp(milliseconds: time), value: value)
                }
                return WriteRequest.Series(labels: one.labels.labels, points: points)
            }
        )
        return Snappy.pack(request.bytes)
    }

    private func headers(_ target: RemoteWriteTarget) throws -> HTTPHeaders {
        var headers = HTTPHeaders([
            ("Content-Encoding", "snappy"), ("Content-Type", "application/x-protobuf"),
            ("X-Prometheus-Remote-Write-Version", "0.1.0"), ("User-Agent", "Flotilla"),
        ])
        for header in try HTTPLogin.headers(target.access, files: files) {
            headers.replaceOrAdd(name: header.name, value: header.value)
        }
        return headers
    }

    private static func judge(_ answer: HTTPClientResponse, _ target: RemoteWriteTarget) async throws {
        let status = Int(answer.status.code)
        guard status / 100 != 2 else { return }
        let said = try? await answer.body.collect(upTo: 4096)
        let text = String(decoding: (said?.readableBytesView).map { Array($0.prefix(200)) } ?? [], as: UTF8.self)
        let retryAfter = answer.headers.first(name: "Retry-After").flatMap { Int64($0) }
        throw WriteFailure(
            "\(target.name): status \(status) \(text.quotedForMessage)",
            canBeRetried: status / 100 == 5 || status == 429 && target.queue.retriesOn429,
            retryAfter: retryAfter.map { .seconds(min(max($0, 1), 300)) }
        )
    }

    private func client(_ access: HTTPAccess) throws -> HTTPClient {
        let kind = ClientKind(
            tls: access.tls,
            followsRedirects: false,
            isCompressed: false,
            limit: 1 << 20
        )
        if let client = clients[kind] { return client }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try kind.configuration(files: files))
        clients[kind] = client
        return client
    }
}
