package import FleetModel
import Glibc
import Hummingbird
package import Logging
import NIOCore
package import Operations
import ServiceLifecycle
import Synchronization

/// The daemon's HTTP server.
package struct FleetServer: Sendable {
    private let address: ListenAddress
    private let groups: [any RouteGroup]
    private let access: AccessGuard
    private let requests: RequestCount
    private let logger: Logger

    /// How much the server takes on.
    private static let mostConnections = 1024
    private static let idle: TimeAmount = .seconds(75)
    private static let patience: Duration = .seconds(5)

    /// `token` opens the API to other machines, nil only where nobody else can connect; `names` are those of this machine,
    /// for the `Host` of requests.
    ///
    /// - Throws: `state.no_token`.
    package init(
        address: ListenAddress,
        groups: [any RouteGroup],
        token: BearerToken?,
        names: [String],
        requests: RequestCount,
        logger: Logger
    ) throws(StateError) {
        guard address.isLoopback || token != nil else {
            throw StateError(
                "no_token",
                "\(address) can be reached from other machines, and there is no token to ask them for",
                advice: "listen on 127.0.0.1, or make the home writable: the token is made there"
            )
        }
        self.address = address
        self.groups = groups
        let own = names.map { $0.lowercased() } + ["localhost", "::1", address.host.lowercased()]
        self.access = AccessGuard(token: token, names: Set(own))
        self.requests = requests
        // A line for each connection is nobody's need.
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        self.logger = logger
    }

    /// Serves until the task is cancelled; calls under way then have a few seconds to end.
    ///
    /// - Parameter isListening: told the address once it listens.
    /// - Throws: `state.port_taken`, `state.cannot_listen`.
    package func run(isListening: @escaping @Sendable (ListenAddress) -> Void) async throws {
        let address = address
        let application = Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: Self.idle)),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                serverName: "flotilla",
                availableConnectionsDelegate: .maximum(Self.mostConnections, logger: logger)
            ),
            onServerRunning: { channel in
                isListening(ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
            },
            logger: logger
        )
        var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.patience
        let group = ServiceGroup(configuration: configuration)
        do {
            // UNSTRUCTURED: a cancelled task would cut the calls that are under way; awaited here, ended below.
            let service = Task { try await group.run() }
            try await withTaskCancellationHandler {
                try await service.value
            } onCancel: {
                // UNSTRUCTURED: the handler cannot wait; the task above does.
                Task { await group.triggerGracefulShutdown() }
            }
        } catch let error as IOError {
            throw Self.explained(error, address)
        }
    }

    private func router() -> Router<ServerContext> {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: CountingMiddleware(requests: requests))
        router.add(middleware: access)
        for group in groups { group.addRoutes(to: router) }
        return router
    }

    private static func explained(_ error: IOError, _ address: ListenAddress) -> StateError {
        switch error.errnoCode {
        case EADDRINUSE:
            StateError(
                "port_taken",
                "cannot listen on \(address): another program does",
                advice: "see who with: ss -ltnp 'sport = :\(address.port)'; or listen elsewhere: "
                    + "--listen 127.0.0.1:0 takes any free port, --listen off none"
            )
        case EACCES, EPERM:
            StateError(
                "cannot_listen",
                "cannot listen on \(address): this user may not",
                advice: "ports below 1024 are the system's; choose a higher one with --listen"
            )
        default:
            StateError(
                "cannot_listen",
                "cannot listen on \(address): \(error.description)",
                advice: "the address must be one of this machine"
            )
        }
    }
}
