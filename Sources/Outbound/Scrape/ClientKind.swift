internal import AsyncHTTPClient
internal import FleetModel
internal import NIOCore
internal import NIOHTTPCompression
internal import NIOSSL
internal import Operations

/// What makes two requests need different clients.
struct ClientKind: Hashable {
    let tls: TLSAccess
    let followsRedirects: Bool
    let isCompressed: Bool
    let limit: Int

    func configuration(files: (String) throws -> [UInt8]) throws -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try tlsConfiguration(files),
            redirectConfiguration: followsRedirects ? .follow(max: 10, allowCycles: false) : .disallow,
            timeout: .init(connect: .seconds(10)),
            decompression: isCompressed ? .enabled(limit: .size(limit)) : .disabled
        )
        configuration.connectionPool.idleTimeout = .seconds(300)
        configuration.httpVersion = .http1Only
        return configuration
    }

    private func tlsConfiguration(_ files: (String) throws -> [UInt8]) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if tls.skipsVerification { configuration.certificateVerification = .none }
        let authorities = try tls.authorities.map { Array($0.utf8) } ?? tls.authoritiesFile.map(files)
        if let authorities {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authorities))
        }
        if let certificate = tls.certificateFile, let key = tls.keyFile {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(files(certificate))
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: files(key), format: .pem))
        }
        return configuration
    }
}
