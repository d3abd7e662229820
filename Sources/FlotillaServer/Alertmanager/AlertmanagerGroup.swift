import Alerting
package import FleetModel
package import Hummingbird
import NIOCore
package import Operations

/// `/alertmanager/api/v2`: enough that `amtool` and a Prometheus that pushes alerts take the daemon for an Alertmanager.
package struct AlertmanagerGroup: RouteGroup {
    let loop: NotificationLoop
    private let version: String
    private let since: Timestamp
    let now: @Sendable () -> Timestamp

    /// The largest body that is read; Prometheus sends 64 alerts at once.
    private static let bodyLimit = 8 << 20

    package init(
        loop: NotificationLoop,
        version: String,
        since: Timestamp,
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.loop, self.version, self.since, self.now) = (loop, version, since, now)
    }

    package func addRoutes(to router: Router<ServerContext>) {
        let api = "alertmanager/api/v2/"
        for path in ["alertmanager/-/healthy", "alertmanager/-/ready"] {
            router.get(RouterPath(path)) { _, _ in Answer.text("OK") }
        }
        router.get(RouterPath(api + "alerts")) { request, _ in
            await answer { try await alerts(try AlertQuery(try await CallParameters(of: request))) }
        }
        router.post(RouterPath(api + "alerts")) { request, _ in
            await answer {
                try await post(try await body(of: request))
                return nil
            }
        }
        router.get(RouterPath(api + "alerts/groups")) { request, _ in
            await answer { try await groups(try AlertQuery(try await CallParameters(of: request))) }
        }
        router.get(RouterPath(api + "silences")) { request, _ in
            await answer { try await silences(try AlertQuery(try await CallParameters(of: request))) }
        }
        router.post(RouterPath(api + "silences")) { request, _ in
            await answer { try await postSilence(try await body(of: request)) }
        }
        router.get(RouterPath(api + "silence/{id}")) { _, context in
            await answer { try await silence(context.parameters.get("id") ?? "") }
        }
        router.delete(RouterPath(api + "silence/{id}")) { _, context in
            await answer {
                try await loop.expire(context.parameters.get("id") ?? "")
                return nil
            }
        }
        router.get(RouterPath(api + "status")) { _, _ in await answer { status } }
        router.get(RouterPath(api + "receivers")) { _, _ in
            await answer { .array(await loop.plan.receivers.map { ["name": .string($0.name)] }) }
        }
    }

    private var status: JSONValue {
        [
            "cluster": ["status": "disabled", "peers": []],
            "config": ["original": ""],
            "uptime": .string(since.rfc3339),
            "versionInfo": [
                "version": "0.33.0", "revision": .string("flotilla-" + version), "branch": "", "buildUser": "",
                "buildDate": "", "goVersion": "",
            ],
        ]
    }

    /// Errors are JSON texts, as Alertmanager has them.
    private func answer(_ body: () async throws -> JSONValue?) async -> Answer {
        do {
            return .json(Array((try await body() ?? .object([:])).text().utf8))
        } catch let error as AlertmanagerFault {
            return .json(Array(JSONValue.string(error.text).text().utf8), status: .badRequest)
        } catch let error as SilenceError {
            let text = JSONValue.string(error.problem).text()
            return .json(Array(text.utf8), status: error.code == "silence.unknown" ? .notFound : .badRequest)
        } catch {
            let text = (error as? any Explained)?.problem ?? "the request cannot be read"
            return .json(Array(JSONValue.string(text).text().utf8), status: .internalServerError)
        }
    }

    private func body(of request: Request) async throws -> JSONValue {
        do {
            let buffer = try await request.body.collect(upTo: Self.bodyLimit)
            return try JSONReading.parse(
                Array(buffer.readableBytesView),
                limits: .init(bytes: Self.bodyLimit, depth: 16)
            )
        } catch let error as JSONReadingError {
            throw AlertmanagerFault(text: error.problem)
        } catch is NIOTooManyBytesError {
            throw AlertmanagerFault(text: "a body has at most \(Self.bodyLimit >> 20) MiB")
        }
    }
}

/// What is wrong with a request.
struct AlertmanagerFault: Error {
    let text: String
}
