import FleetModel
package import Hummingbird

/// `/-/healthy`, `/-/ready`, `/-/reload`, at the root and under `/prometheus`.
package struct UpkeepGroup: RouteGroup {
    private let reload: @Sendable () async throws -> Void

    /// - Parameter reload: reads the configuration again; throws what is wrong with it, and the one from before goes on.
    package init(reload: @escaping @Sendable () async throws -> Void) {
        self.reload = reload
    }

    package func addRoutes(to router: Router<ServerContext>) {
        for prefix in ["", "prometheus/"] {
            router.get(RouterPath(prefix + "-/healthy")) { _, _ in Answer.text("Flotilla is Healthy.\n") }
            router.get(RouterPath(prefix + "-/ready")) { _, _ in Answer.text("Flotilla is Ready.\n") }
            router.post(RouterPath(prefix + "-/reload")) { _, _ in await reloaded() }
            router.put(RouterPath(prefix + "-/reload")) { _, _ in await reloaded() }
        }
    }

    private func reloaded() async -> Answer {
        do {
            try await reload()
            return .text("")
        } catch {
            let why = (error as? any Explained)?.problem ?? "\(error)"
            return .text("failed to reload config: \(why)\n", status: .internalServerError)
        }
    }
}
