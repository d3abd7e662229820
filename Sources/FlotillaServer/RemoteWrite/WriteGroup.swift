internal import HTTPTypes
package import Hummingbird
internal import NIOCore
package import Operations

/// `POST /prometheus/api/v1/write`: remote write of other systems.
package struct WriteGroup: RouteGroup {
    private let intake: any WriteIntake

    package init(_ intake: any WriteIntake) {
        self.intake = intake
    }

    package func addRoutes(to router: Router<ServerContext>) {
        router.post("prometheus/api/v1/write") { request, _ in await answer(to: request) }
    }

    private func answer(to request: Request) async -> Answer {
        guard let body = try? await request.body.collect(upTo: intake.bodyLimit) else {
            return .text("the body is longer than \(intake.bodyLimit) bytes\n", status: .contentTooLarge)
        }
        let verdict = await intake.take(
            Array(body.readableBytesView),
            type: request.headers[.contentType] ?? "",
            encoding: request.headers[.contentEncoding] ?? ""
        )
        let message = verdict.message.isEmpty ? "" : verdict.message + "\n"
        return .text(message, status: .init(code: verdict.status))
    }
}
