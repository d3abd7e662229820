internal import Alerting
internal import AsyncHTTPClient
internal import FleetModel
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Operations
internal import Synchronization

/// Sends messages by HTTP: no redirects, bounded answers, a deadline for each try.
final class HTTPCarrier: Sendable {
    /// One client for each way of TLS and proxy; there are as many as the settings have.
    private let clients = Mutex<[Way: HTTPClient]>([:])
    private let deadline: Duration

    private struct Way: Hashable {
        var tls: TLSSettings
        var proxy: Secret?
    }

    /// The most of an answer that is read.
    private static let answerBytes = 64 << 10

    init(deadline: Duration) { self.deadline = deadline }

    /// - Throws: `NotifyError`, without any secret in it.
    func send(_ message: OutgoingMessage, kind: String) async throws(NotifyError) {
        let client = try client(for: Way(tls: message.http.tls, proxy: message.http.proxy))
        var request = HTTPClientRequest(url: message.url.plainText)
        request.method = .POST
        request.headers.add(name: "user-agent", value: "Flotilla")
        for header in message.headers {
            guard Self.isHeader(header.name, header.value.plainText) else {
                throw NotifyError(
                    "bad_header",
                    "\(kind): the header \(header.name.quotedForMessage) holds a line break or a control character",
                    canBeRetried: false
                )
            }
            request.headers.add(name: header.name, value: header.value.plainText)
        }
        request.body = .bytes(ByteBuffer(bytes: message.body))
        let limit = message.timeout ?? deadline
        let response: HTTPClientResponse
        var body: [UInt8] = []
        do {
            response = try await client.execute(request, timeout: .milliseconds(limit.milliseconds))
            for try await part in response.body {
                body.append(contentsOf: part.readableBytesView.prefix(Self.answerBytes - body.count))
                if body.count >= Self.answerBytes { break }
            }
        } catch {
            throw AnswerJudgement.unreachable(error, kind, message)
        }
        try AnswerJudgement.judge(response, body, kind, message)
    }

    private func client(for way: Way) throws(NotifyError) -> HTTPClient {
        if let known = clients.withLock({ $0[way] }) { return known }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.decompression = .disabled
        // Repeating is the caller's, who also writes down why.
        configuration.connectionPool.retryConnectionEstablishment = false
        do {
            configuration.tlsConfiguration = try TLSClient.configuration(way.tls)
        } catch {
            throw NotifyError(
                "bad_tls",
                "tls_config cannot be used: a file is missing or is no PEM",
                canBeRetried: false
            )
        }
        if let proxy = way.proxy { configuration.proxy = try Self.proxy(proxy) }
        let made = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let (kept, extra) = clients.withLock { clients -> (HTTPClient, HTTPClient?) in
            if let known = clients[way] { return (known, made) }
            clients[way] = made
            return (made, nil)
        }
        extra?.shutdown { _ in }
        return kept
    }

    /// `http://user:password@host:port`
    private static func proxy(_ address: Secret) throws(NotifyError) -> HTTPClient.Configuration.Proxy {
        let text = address.plainText
        let rest = text.split(separator: "://", maxSplits: 1).last.map(String.init) ?? ""
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: "@")
        let place = (parts.last ?? "").split(separator: ":")
        guard text.hasPrefix("http://"), place.count == 2, let port = Int(place[1]), parts.count <= 2 else {
            throw NotifyError(
                "bad_proxy",
                "proxy_url is not http://HOST:PORT or http://USER:PASSWORD@HOST:PORT",
                canBeRetried: false
            )
        }
        guard parts.count == 2 else { return .server(host: String(place[0]), port: port) }
        let login = parts[0].split(separator: ":", maxSplits: 1).map(String.init)
        return .server(
            host: String(place[0]),
            port: port,
            authorization: .basic(username: login.first ?? "", password: login.count > 1 ? login[1] : "")
        )
    }

    private static func isHeader(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// Ends what is open; nothing can be sent afterwards.
    func shutdown() async {
        let all = clients.withLock { clients in
            defer { clients = [:] }
            return Array(clients.values)
        }
        // What is open is closed whether or not the far side agrees.
        for client in all { do { try await client.shutdown() } catch { continue } }
    }
}

extension Secret {
    var plainText: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

/// `tls_config` for NIOSSL.
enum TLSClient {
    static func configuration(_ settings: TLSSettings) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if settings.isUnverified { configuration.certificateVerification = .none }
        if !settings.authorityFile.isEmpty { configuration.trustRoots = .file(settings.authorityFile) }
        if !settings.certificateFile.isEmpty {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(settings.certificateFile).map {
                .certificate($0)
            }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: settings.keyFile, format: .pem))
        }
        return configuration
    }
}
